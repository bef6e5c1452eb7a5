// Something is dragged onto something else, with a mouse or a pen; a finger scrolls, and presses.
// `under(e)` is what it would fall on, null for nothing; `dropped(source, at)` is told once it has.
window.dragging = (under, dropped) => {
  const FAR = 6;
  let held = null;
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
  // a link would be dragged by the browser, as an address
  document.addEventListener('dragstart', e => { if (e.target.closest?.('[data-drag]')) e.preventDefault(); });
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
    const at = under(e), source = held.from;
    drop();
    // the press that a drag ends with is none
    const swallow = press => { press.stopPropagation(); press.preventDefault(); };
    addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => { removeEventListener('click', swallow, true); if (at && at !== source) dropped(source, at); });
  });
  document.addEventListener('pointercancel', drop);
  document.addEventListener('keydown', e => { if (e.key === 'Escape' && held) drop(); });
};
