// Rows do not move under a hand: while the pointer, the keyboard or a selection is in a list that refreshes itself, its new version waits and a bar says so.
(() => {
  const bar = document.getElementById('fresh'), hovers = matchMedia('(hover: hover)');
  if (!bar) return;
  const waiting = new Set(), wanted = new Set();  // lists whose new version waits; those of them that somebody wants to see at once
  const rest = 60_000;  // a pointer that lies still so long is in nobody's hand: a desk that is only looked at stays new
  let moved = performance.now();

  function isHeld(list) {
    const has = document.activeElement, chosen = getSelection();
    // on its way to the bar the pointer leaves the rows: they may not move before it has pressed, or it presses a row
    const points = hovers.matches && (list.matches(':hover') || waiting.has(list) && bar.matches(':hover'));
    return points && performance.now() - moved < rest
      || list.contains(has) && has.matches(':focus-visible')
      || !chosen.isCollapsed && chosen.containsNode(list, true);
  }
  const isDue = list => wanted.has(list) || !isHeld(list);

  // ---- what a list or a row says; its clocks run by themselves and are nothing new
  function said(box) {
    const copy = box.cloneNode(true);
    for (const clock of copy.querySelectorAll('.clock__t, [data-elapsed]')) clock.remove();
    return copy.textContent.trim().replace(/\s+/g, ' ');
  }
  const rows = list => [...list.querySelectorAll('li[id], tr[id], details[id]')];
  function tint(list, fresh) {
    const known = new Map(rows(list).map(row => [row.id, said(row)]));
    for (const row of rows(fresh)) if (known.get(row.id) !== said(row)) row.classList.add('is-fresh');  // until it says something else
  }
  function keep(list, fresh) {  // a hand that goes may ask twice: the second answer says the same
    const tinted = new Set(rows(list).filter(row => row.matches('.is-fresh')).map(row => row.id));
    if (tinted.size && said(list) === said(fresh)) for (const row of rows(fresh)) row.classList.toggle('is-fresh', tinted.has(row.id));
  }

  function show() {
    for (const list of waiting) if (!list.isConnected) { waiting.delete(list); wanted.delete(list); }
    if (waiting.size && bar.hidden) document.getElementById('say').textContent = bar.dataset.say;
    bar.hidden = !waiting.size;
  }
  // the part asks at once, and as one that shows nothing yet; what is missed here its next regular question brings
  const part = list => list.closest('[hx-get]');
  function ask() {
    show();
    for (const one of new Set([...waiting].filter(isDue).map(part))) htmx.trigger(one, 'every', {}, false);
  }
  htmx.registerExtension('rows', {
    htmx_config_request(one, { ctx }) {
      if ([...waiting].some(list => one.contains(list) && isDue(list))) delete ctx.request.headers['HX-PTag'];
    },
    htmx_before_morph_node(list, { newNode: fresh }) {
      if (!(list instanceof HTMLElement && 'rows' in list.dataset)) return true;
      if (!isDue(list)) { if (said(list) === said(fresh)) waiting.delete(list); else waiting.add(list); return false; }
      if (waiting.delete(list)) tint(list, fresh); else keep(list, fresh);
      wanted.delete(list);
      return true;
    },
  });
  document.addEventListener('htmx:after:swap', show);

  document.addEventListener('pointermove', () => { moved = performance.now(); }, { passive: true });
  for (const left of ['pointerover', 'focusin', 'focusout', 'selectionchange']) document.addEventListener(left, () => { if (waiting.size) ask(); });
  document.documentElement.addEventListener('pointerleave', () => { if (waiting.size) ask(); });
  bar.addEventListener('click', () => { for (const list of waiting) wanted.add(list); ask(); });
})();
