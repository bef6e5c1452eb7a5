// The month of what goes to many: a campaign is dragged onto another day, or its button pressed; either way a dialog says what comes of it before anything is written.
(() => {
  const dialog = document.getElementById('shift'), stays = document.getElementById('stays');
  if (!dialog) return;
  const form = dialog.querySelector('form'), box = form.elements, day = box.namedItem('day'), time = box.namedItem('time');
  const put = (id, text) => { document.getElementById(id).textContent = text; };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
  let goes = null;

  const cell = () => document.querySelector(`.rota__day[data-day="${CSS.escape(day.value)}"]`);
  function say() {
    put('shift-will', day.value && time.value ? fill(dialog.dataset.will, { day: cell()?.dataset.words || day.value, time: time.value }) : dialog.dataset.choose);
    put('shift-on', cell()?.dataset.feasts ?? '');
  }
  function look(at) {
    goes = at;
    put('shift-what', goes ? `${goes.dataset.name} · ${goes.dataset.what}` : '');
  }
  function ask(at, on) {
    if (at.dataset.why) { put('stays-what', at.dataset.name); put('stays-why', at.dataset.why); stays.showModal(); return; }
    look(at);
    box.namedItem('campaign').value = at.dataset.goes; box.namedItem('was').value = at.dataset.was;
    day.value = on; time.value = at.dataset.time;
    document.getElementById('shift-fault')?.remove();
    say(); dialog.showModal(); (on === at.dataset.day ? day : time).focus();
  }
  form.addEventListener('input', say);
  // refused: the dialog stands open again on what was typed
  const id = box.namedItem('campaign').value;
  if (id) { look(document.querySelector(`[data-goes="${CSS.escape(id)}"]`)); say(); }

  document.addEventListener('click', e => {
    const at = e.target.closest('[data-shift]')?.closest('[data-goes]');
    if (at) ask(at, at.dataset.day);
  });
  dragging(
    e => document.elementFromPoint(e.clientX, e.clientY)?.closest('.rota__day') ?? null,
    (source, at) => { if (at.dataset.day !== source.dataset.day) ask(source, at.dataset.day); },
  );
})();
