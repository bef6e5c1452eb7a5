// A press that finds no network is kept on this telephone, and told once there is one. The server makes a move once, however often it is told.
(() => {
  const box = document.getElementById('presses');
  if (!box) return;
  const name = `huiyin.presses.${box.dataset.who}`, patience = 15_000, uploading = 90_000;
  const list = () => { try { return JSON.parse(localStorage.getItem(name)) || []; } catch { return []; } };
  const save = all => { try { localStorage.setItem(name, JSON.stringify(all)); } catch { /* private window: nothing is kept there */ } };
  const drop = press => save(list().filter(one => one.id !== press.id));
  const failed = [], under = new Set();
  // where presses are kept there is no room for photos: this page holds them, and what left without them is said until somebody adds them
  const held = new Map();
  const ref = press => press.url.split('/tickets/')[1].split('/')[0];
  const field = (press, key) => (press.fields.find(([known]) => known === key) || [])[1] || '';

  function home(press) {
    if (field(press, 'from') !== 'day') return `/tickets/${ref(press)}`;
    return press.url.endsWith('/resolve') ? '/' : `/?job=${ref(press)}`;
  }
  function line(words, press, link, seen) {
    const p = document.createElement('p');
    p.append(words.replace('{what}', `${press.what} ${ref(press)}`));
    if (link) { const a = document.createElement('a'); a.href = `/tickets/${ref(press)}`; a.textContent = link; if (seen) a.addEventListener('click', seen); p.append(' ', a); }
    return p;
  }
  const waiting = () => list().filter(press => !press.bare && !under.has(press.id));
  const waits = press => box.dataset.waits + (press.photos ? ` ${held.has(press.id) ? box.dataset.photosWait : box.dataset.photosLost}` : '');
  function show() {
    box.replaceChildren(
      ...waiting().map(press => line(waits(press), press)),
      ...list().filter(press => press.bare).map(press => line(box.dataset.bare, press, box.dataset.add, () => drop(press))),
      ...failed.map(press => line(box.dataset.failed, press, box.dataset.look)));
    box.hidden = !box.childElementCount;
  }
  addEventListener('beforeunload', e => { if (held.size) e.preventDefault(); });

  // a photo of a telephone is several megabytes: what leaves is no larger than a screen, and says nothing of where it was taken
  const longest = 1600, light = 400_000;
  async function lighten(form) {
    for (const input of form.querySelectorAll('[data-shrink]')) {
      const box = new DataTransfer();
      for (const file of input.files) box.items.add(await smaller(file));
      input.files = box.files;
    }
  }
  async function smaller(file) {
    if (file.size < light) return file;
    try {
      const picture = await createImageBitmap(file), scale = Math.min(1, longest / Math.max(picture.width, picture.height));
      const canvas = document.createElement('canvas'); canvas.width = picture.width * scale; canvas.height = picture.height * scale;
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', .82));
      return blob ? new File([blob], file.name, { type: blob.type }) : file;
    } catch { return file; }  // the server says what is wrong with it
  }

  // `done`, `refused`, `login`, or `away`: no network, no answer in time, or a server that cannot just now
  async function tell(press, data, within) {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), within);
    under.add(press.id);
    try {
      const answer = await fetch(press.url, { method: 'POST', body: data, redirect: 'manual', headers: { 'HX-Request': 'true' }, signal: stop.signal });
      if (answer.type === 'opaqueredirect') return 'done';
      return answer.status === 401 ? 'login' : [502, 503, 504].includes(answer.status) ? 'away' : 'refused';
    } catch { return 'away'; } finally { clearTimeout(timer); under.delete(press.id); }
  }

  document.addEventListener('submit', async e => {
    const form = e.target, what = form.dataset.press;
    if (!what || e.defaultPrevented) return;
    e.preventDefault();
    await lighten(form);
    const data = new FormData(form), fields = [...data].filter(([, value]) => typeof value === 'string');
    const photos = data.getAll('photos').filter(file => file.size);
    const press = { id: `${Date.now()}-${Math.random().toString(36).slice(2)}`, url: form.action, what, at: Date.now(), fields, photos: photos.length };
    under.add(press.id); save([...list(), press]);  // before it leaves: a page that is closed meanwhile loses nothing but photos, and says so
    const how = await tell(press, data, photos.length ? uploading : patience);
    if (how === 'away') {
      if (photos.length) held.set(press.id, photos);
      form.removeAttribute('aria-busy'); form.closest('dialog')?.close(); show(); return;
    }
    drop(press);
    if (how === 'done') location.assign(home(press)); else form.submit();  // the server's own page says why not
  });

  let isTelling = false;
  async function again() {
    if (isTelling || !navigator.onLine) return;
    isTelling = true; let moved = null;
    for (const press of waiting()) {
      const data = new FormData(), photos = held.get(press.id) || [];
      for (const [key, value] of press.fields) data.append(key, value);
      for (const file of photos) data.append('photos', file);
      const token = document.querySelector('input[name="csrf_token"]');
      if (token) data.set('csrf_token', token.value);
      data.set('again', '1'); data.set('waited', Math.round((Date.now() - press.at) / 1000));
      const how = await tell(press, data, photos.length ? uploading : patience);
      if (how === 'away' || how === 'login') break;
      held.delete(press.id);
      if (how === 'done' && press.photos && !photos.length) save(list().map(one => one.id === press.id ? { ...one, bare: true } : one));
      else drop(press);
      if (how === 'done') { moved = press; continue; }
      failed.push(press);
      try { if (field(press, 'text')) localStorage.setItem(`huiyin.draft.${box.dataset.who}.${ref(press)}`, field(press, 'text')); } catch { /* as above */ }
    }
    isTelling = false; show();
    const isBusy = document.querySelector('dialog[open]') || document.activeElement?.matches('input, textarea, select');
    if (moved && !failed.length && !held.size && !isBusy) location.assign(home(moved));
  }
  show(); again();
  addEventListener('online', again); setInterval(again, 10_000);
})();
