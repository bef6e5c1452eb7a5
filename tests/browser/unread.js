// What of a page's text cannot be read where it stands: cut off by a box around it, or under other text. One line each.
() => {
  const styles = new Map();
  const style = box => styles.get(box) ?? styles.set(box, getComputedStyle(box)).get(box);
  const around = box => { const all = []; for (; box; box = box.parentElement) all.push(box); return all; };
  // floats above the page, scrolls beside it, or is for ears alone
  const isApart = box => box.matches('.visually-hidden, svg, option, textarea') || style(box).clipPath !== 'none'
    || ['fixed', 'sticky'].includes(style(box).position);
  const says = text => `${text.parentElement.tagName.toLowerCase()}.${text.parentElement.className} ${text.textContent.trim().slice(0, 24)}`;
  const lines = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, boxes = around(text.parentElement);
    if (!text.textContent.trim() || !text.parentElement.checkVisibility({ visibilityProperty: true }) || boxes.some(isApart)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const at of range.getClientRects()) if (at.width > 1) lines.push({ text, boxes, at });
  }
  const faults = new Set(), scrolls = ['auto', 'scroll'], cuts = ['hidden', 'clip'];
  for (const { text, boxes, at } of lines) for (const box of boxes.slice(0, -2)) {
    const { overflowX, overflowY } = style(box), room = box.getBoundingClientRect();
    if (scrolls.includes(overflowX) || scrolls.includes(overflowY)) break;
    if (cuts.includes(overflowX) && (at.left < room.left - 2 || at.right > room.right + 2)
      || cuts.includes(overflowY) && (at.top < room.top - at.height / 3 || at.bottom > room.bottom + at.height / 3)) faults.add(`cut: ${says(text)}`);
  }
  for (const [n, one] of lines.entries()) for (const other of lines.slice(n + 1)) {
    if (one.text === other.text) continue;
    const wide = Math.min(one.at.right, other.at.right) - Math.max(one.at.left, other.at.left);
    const high = Math.min(one.at.bottom, other.at.bottom) - Math.max(one.at.top, other.at.top);
    if (wide > 3 && high > Math.min(one.at.height, other.at.height) / 3) faults.add(`over: ${says(one.text)} | ${says(other.text)}`);
  }
  return [...faults];
}
