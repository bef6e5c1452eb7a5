// Keys, and the palette: pages and what can be done to the ticket on this page are found here, anything else is posted to the search.
// A Chinese input method swallows or rewrites letters: ask for the place of the key, never while composing.
(() => {
  const $ = (q, at = document) => at.querySelector(q), $$ = (q, at = document) => [...at.querySelectorAll(q)];
  const palette = $('#palette'), q = $('#palette-q'), list = $('#palette-list'), acts = $('#palette-acts'), find = $('#palette-find');
  if (!palette) return;
  const composing = e => e.isComposing || e.keyCode === 229;
  const plain = text => text.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');

  function tell(words) {
    const toast = document.createElement('div');
    toast.className = 'toast-x'; toast.textContent = words; $('#toasts').append(toast);
    setTimeout(() => toast.remove(), 8000);
  }

  // ---- what can be chosen
  let chosen = null;
  function choose(option) {
    chosen?.setAttribute('aria-selected', 'false');
    chosen = option || null;
    if (!chosen) { q.removeAttribute('aria-activedescendant'); return; }
    chosen.setAttribute('aria-selected', 'true'); q.setAttribute('aria-activedescendant', chosen.id);
    chosen.scrollIntoView({ block: 'nearest' });
  }
  const shown = () => $$('[role="option"]:not([hidden])', list);

  // what can be done to the ticket on this page, as its own buttons say it now
  function gather() {
    acts.replaceChildren(...$$('#case button[id^="do-"]:not(:disabled), #day button[id^="do-"]:not(:disabled)').map(button => {
      const option = document.createElement('div'), words = document.createElement('span'), icon = $('svg', button)?.cloneNode(true);
      words.textContent = button.textContent.trim().replace(/\s+/g, ' ');
      if (icon) { icon.setAttribute('class', 'ic'); option.append(icon); }
      option.append(words); option.className = 'pal__i'; option.id = `palette-${button.id}`;
      option.setAttribute('role', 'option'); option.setAttribute('aria-selected', 'false');
      option.dataset.press = button.id; option.dataset.typed = ` ${plain(words.textContent)}`;
      return option;
    }));
    acts.hidden = !acts.childElementCount;
  }

  // letters are looked for where a word begins, Chinese anywhere
  function fits(option, typed) {
    const known = option.dataset.typed;
    if (!/^[\x20-\x7e]+$/.test(typed)) return known.includes(typed);
    return known.includes(` ${typed}`) || known.includes(` ${typed.replace(/[ ']/g, '')}`);
  }
  function sift() {
    const typed = plain(q.value);
    for (const option of $$('[data-typed]', list)) option.hidden = !!typed && !fits(option, typed);
    acts.hidden = !$$('[role="option"]:not([hidden])', acts).length;
    find.hidden = !typed; $('b', find).textContent = q.value.trim();
    // with nothing typed nothing is chosen: an idle Enter must not do anything to a ticket
    choose(typed ? shown().find(option => option.dataset.typed?.startsWith(` ${typed}`)) || shown()[0] : null);
    $('#palette-count').textContent = palette.dataset.count.replace('{n}', shown().length);
  }

  function open() {
    gather(); q.value = ''; palette.showModal(); sift(); list.scrollTop = 0; q.focus();
  }
  function press(id) {
    const button = document.getElementById(id);
    if (!button || button.disabled) { tell(palette.dataset.gone); return; }
    button.click();
  }
  function go(option) {
    if (option === find) { palette.querySelector('form').requestSubmit(); return; }
    palette.close();
    if (option.dataset.go) location.assign(option.dataset.go);
    else if (option.dataset.press) press(option.dataset.press);
    else document.getElementById(option.dataset.sheet).showModal();
  }
  palette.addEventListener('submit', e => { if (!q.value.trim()) e.preventDefault(); });
  q.addEventListener('input', e => { if (!e.isComposing) sift(); });
  q.addEventListener('compositionend', sift);
  q.addEventListener('keydown', e => {
    if (composing(e)) return;
    if (e.key === 'Enter') { e.preventDefault(); if (chosen) go(chosen); return; }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const all = shown(), at = all.indexOf(chosen);
    choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
  });
  list.addEventListener('mousedown', e => e.preventDefault());  // the words typed keep the focus
  list.addEventListener('click', e => { const option = e.target.closest('[role="option"]'); if (option) go(option); });
  document.addEventListener('click', e => { if (e.target.closest('[data-palette]')) open(); });

  // ---- F2: to the call that rings, and there to the first thing it may be about, never to what ends it
  function answer() {
    const waits = $('#fresh-loud [data-pop]');  // a ring that only the bar has is put in its place first
    if (waits) { document.addEventListener('htmx:after:swap', answer, { once: true }); waits.closest('button').click(); return; }
    const call = $('.pop--mine[data-pop]') || $('.pop[data-pop]');
    if (!call) { tell(palette.dataset.quiet); return; }
    call.open = true;
    const first = $('.why__i a, .why__i button, .pop__one summary', call) || $('.pop__body a', call) || $('summary', call);
    first.focus(); first.scrollIntoView({ block: 'nearest' });
  }
  const isDesk = () => location.pathname === new URL(palette.dataset.desk, location.href).pathname;
  if (location.hash === '#answer' && isDesk()) { history.replaceState(null, '', location.pathname + location.search); answer(); }

  // ---- rows
  function walk(step) {
    const all = $$('.tk__a, .fk__a, .cl__a, .bk__a, .cp__a'); if (!all.length) return;
    const at = all.indexOf(document.activeElement), next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    next.focus({ preventScroll: true }); next.scrollIntoView({ block: 'nearest' });
  }

  const letters = {
    KeyJ: () => walk(1), KeyK: () => walk(-1),
    KeyR: () => $('#fresh:not([hidden]) button')?.click(),
    KeyN: () => { const way = $('[data-key="KeyN"]', list); if (way) location.assign(way.dataset.go); },
  };
  document.addEventListener('keydown', e => {
    if (composing(e) || e.defaultPrevented) return;
    const other = $('dialog[open]:not(#palette):not(#keys)');
    if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.code === 'KeyK') {
      e.preventDefault();
      if (other) return;
      if (palette.open) palette.close(); else { $('#keys').close(); open(); }
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.code === 'F2' && !e.shiftKey && !other) {
      e.preventDefault(); palette.close(); $('#keys').close();
      if (isDesk()) answer(); else location.assign(`${palette.dataset.desk}#answer`);
      return;
    }
    if (!('letters' in palette.dataset) || $('dialog[open]')) return;
    // just after the palette was closed its own field may still be the target
    if (e.target.closest?.('input, textarea, select, [contenteditable]') && !palette.contains(e.target)) return;
    if (e.code === 'Slash' && e.shiftKey || e.key === '?') { e.preventDefault(); $('#keys').showModal(); return; }
    if (!e.shiftKey && letters[e.code]) { e.preventDefault(); letters[e.code](); }
  });
})();
