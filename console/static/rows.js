// Rows do not move under a hand: while the pointer, the keyboard or a selection is in a list that refreshes itself, its new version waits and a bar says so;
// and so, for a pointer, does whatever stands above and would push them. A telephone that rings and an alarm are said in the bar at once.
(() => {
  const bar = document.getElementById('fresh'), hovers = matchMedia('(hover: hover)');
  if (!bar) return;
  const loud = document.getElementById('fresh-loud');
  const waiting = new Set(), wanted = new Set();  // lists and boxes whose new version waits; those of them that somebody wants to see at once
  const gone = new WeakSet();  // lists that only the hand on them keeps
  const rest = 60_000;  // a pointer that lies still so long is in nobody's hand: a desk that is only looked at stays new
  let moved = -rest;  // nor has it a hand on a page on which it never moved

  const points = () => hovers.matches && performance.now() - moved < rest;
  // on its way to the bar the pointer leaves the rows: they may not move before it has pressed, or it presses a row
  const onWay = list => waiting.has(list) && bar.matches(':hover');
  function isUnder(box) {  // what is about to be pressed stands in the box, or below where it would be pushed
    const hand = document.querySelector('[data-still] :is([data-rows], a, button, summary):hover, [data-still][data-rows]:hover');
    if (!hand) return onWay(box);
    const at = hand.getBoundingClientRect(), from = box.getBoundingClientRect();
    return at.bottom > from.top && at.left < from.right && at.right > from.left;
  }
  function isHeld(list) {
    const has = document.activeElement, chosen = getSelection(), still = list.closest('[data-still]');
    if (points() && (still && isUnder(still) || list.matches('[data-rows]:hover') || onWay(list))) return true;
    if (!('rows' in list.dataset)) return false;  // keys follow what has the focus: above it everything may come and go
    return list.contains(has) && has.matches(':focus-visible') || !chosen.isCollapsed && chosen.containsNode(list, true);
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

  // ---- a telephone that rings and an alarm wait for no hand: until they have their place the bar has them, and what is over is quiet where it stands
  const noise = box => [...box.querySelectorAll('[data-pop], [data-alarm]')];
  const named = one => one.dataset.pop ? `pop ${one.dataset.pop}` : `alarm ${one.dataset.alarm}`;
  function tell(box, fresh) {
    const known = new Map(noise(box).map(one => [named(one), one])), news = new Map(fresh && noise(fresh).map(one => [named(one), one]));
    for (const line of loud.querySelectorAll(`[data-of="${box.id}"]`)) line.remove();
    for (const [name, one] of news) if (!known.has(name)) {
      const line = document.createElement('span');
      Object.assign(line.dataset, one.dataset, { of: box.id }); line.textContent = said(one.querySelector('.pop__who, h2, p'));
      loud.append(line);
    }
    for (const [name, one] of known) if (fresh && !news.has(name)) { delete one.dataset.pop; delete one.dataset.alarm; one.classList.add('is-past'); }
  }

  const heard = box => noise(box).map(named).sort().join();
  function weigh(list, fresh) {  // what is held waits, if it says anything new
    const isSame = fresh && !gone.has(list) && said(list) === said(fresh) && heard(list) === heard(fresh);
    if (isSame) waiting.delete(list); else waiting.add(list);
  }
  function putBack(list, part, fresh) {  // a list that is gone for everybody else stays, with its card, for the hand on it
    let card = list, host = list.parentElement;
    const at = host => host === part ? fresh : host.id && fresh.querySelector('#' + CSS.escape(host.id));
    while (!at(host)) { card = host; host = host.parentElement; }
    at(host).insertBefore(card.cloneNode(true), at(host).children[[...host.children].indexOf(card)] ?? null);
    gone.add(list); waiting.add(list);
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
    htmx_before_swap(part, { tasks }) {
      const { fragment: fresh, target } = tasks[0] ?? {};
      if (target !== part) return;
      for (const list of part.querySelectorAll('[data-rows][id]')) {
        gone.delete(list);
        if (!fresh.querySelector('#' + CSS.escape(list.id)) && !isDue(list)) putBack(list, part, fresh);
      }
    },
    htmx_before_morph_node(list, { newNode: fresh }) {
      if (!(list instanceof HTMLElement && list.matches('[data-rows], [data-still]'))) return true;
      if (!isDue(list)) {
        weigh(list, fresh);
        for (const row of list.querySelectorAll('[data-rows][id]')) weigh(row, fresh.querySelector('#' + CSS.escape(row.id)));
        if ('still' in list.dataset) tell(list, waiting.has(list) ? fresh : null);
        return false;
      }
      if ('still' in list.dataset) tell(list, null);
      const waited = waiting.delete(list);
      if ('rows' in list.dataset) (waited ? tint : keep)(list, fresh);
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
