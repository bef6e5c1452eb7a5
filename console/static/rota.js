// The rota's month: a turn is pressed, or a person is dragged onto one; either way a dialog says what comes of it before anything is written.
(() => {
  const dialog = document.getElementById('move');
  if (!dialog) return;
  const form = dialog.querySelector('form'), box = form.elements, staff = box.namedItem('staff'), FAR = 6;
  const put = (id, text) => { document.getElementById(id).textContent = text; };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
  const who = id => [...staff.options].find(one => id && one.value === id && !one.disabled);
  let slot = null;

  function say() {
    const chosen = who(staff.value);
    put('move-will', !chosen ? dialog.dataset.choose : fill(slot?.dataset.name ? dialog.dataset.will : dialog.dataset.fill, { who: chosen.textContent, other: slot?.dataset.name }));
  }
  function look(at) {
    slot = at;
    for (const one of staff.options) one.disabled = one.value !== '' && one.value === slot?.dataset.staff;
    put('move-what', slot ? `${slot.dataset.what} · ${slot.dataset.name || slot.querySelector('.shift__who').textContent}` : '');
  }
  function ask(at, id) {
    look(at);
    box.namedItem('from').value = at.dataset.from; box.namedItem('until').value = at.dataset.until; box.namedItem('holder').value = at.dataset.staff;
    staff.value = who(id)?.value ?? '';
    document.getElementById('move-fault')?.remove();
    say(); dialog.showModal(); (staff.value ? box.namedItem('reason') : staff).focus();
  }
  staff.addEventListener('change', say);
  // refused: the dialog stands open again on what was typed
  const from = box.namedItem('from').value;
  if (from) { look([...document.querySelectorAll('[data-slot]')].find(one => one.dataset.from === from) ?? null); say(); }

  document.addEventListener('click', e => { const at = e.target.closest('[data-slot]'); if (at) ask(at, ''); });

  // ---- dragging, with a mouse or a pen; a finger scrolls, and presses
  let held = null;
  const under = e => {
    const at = document.elementFromPoint(e.clientX, e.clientY), cell = at?.closest('.rota__day');
    if (!cell) return null;
    const all = [...cell.querySelectorAll('[data-slot]')];
    return at.closest('[data-slot]') ?? all.find(one => !one.dataset.staff) ?? all[0] ?? null;
  };
  function over(at) {
    if (held.over !== at) { held.over?.classList.remove('is-over'); at?.classList.add('is-over'); held.over = at; }
  }
  function drop() {
    held?.ghost?.remove(); held?.over?.classList.remove('is-over'); held?.from.classList.remove('is-dragged');
    document.body.classList.remove('is-dragging');
    held = null;
  }
  document.addEventListener('pointerdown', e => {
    const source = e.pointerType !== 'touch' && e.button === 0 ? e.target.closest('[data-drag]') : null;
    held = source && { from: source, x: e.clientX, y: e.clientY };
  });
  document.addEventListener('pointermove', e => {
    if (!held) return;
    if (!held.ghost) {
      if (Math.hypot(e.clientX - held.x, e.clientY - held.y) < FAR) return;
      held.ghost = document.createElement('span');
      held.ghost.className = 'rota__ghost'; held.ghost.textContent = held.from.dataset.name; held.ghost.setAttribute('aria-hidden', 'true');
      document.body.append(held.ghost); document.body.classList.add('is-dragging'); held.from.classList.add('is-dragged');
    }
    held.ghost.style.translate = `${e.clientX + 8}px ${e.clientY + 8}px`;
    over(under(e));
  });
  document.addEventListener('pointerup', e => {
    if (!held?.ghost) { held = null; return; }
    const at = under(e), id = held.from.dataset.staff, source = held.from;
    drop();
    // the press that a drag ends with is none
    const swallow = press => { press.stopPropagation(); press.preventDefault(); };
    addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => { removeEventListener('click', swallow, true); if (at && at !== source && at.dataset.staff !== id) ask(at, id); });
  });
  document.addEventListener('pointercancel', drop);
  document.addEventListener('keydown', e => { if (e.key === 'Escape' && held) drop(); });
})();
