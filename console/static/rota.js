// The rota's month: a turn is pressed, or a person is dragged onto one; either way a dialog says what comes of it before anything is written.
(() => {
  const dialog = document.getElementById('move');
  if (!dialog) return;
  const form = dialog.querySelector('form'), box = form.elements, staff = box.namedItem('staff');
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

  // ---- a person, or a turn, is dragged onto a turn: the one under the pointer, or the open one of that day
  dragging(e => {
    const at = document.elementFromPoint(e.clientX, e.clientY), cell = at?.closest('.rota__day');
    if (!cell) return null;
    const all = [...cell.querySelectorAll('[data-slot]')];
    return at.closest('[data-slot]') ?? all.find(one => !one.dataset.staff) ?? all[0] ?? null;
  }, (source, at) => { if (at.dataset.staff !== source.dataset.staff) ask(at, source.dataset.staff); });
})();
