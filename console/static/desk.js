// What the pages do by themselves: count, switch, open, play, keep drafts. Everything else is the server's and comes by htmx.
(() => {
  const $ = (q, at = document) => at.querySelector(q), $$ = (q, at = document) => [...at.querySelectorAll(q)];
  const root = document.documentElement, title = document.title;
  const keep = (name, value) => { try { value ? localStorage.setItem('huiyin.' + name, value) : localStorage.removeItem('huiyin.' + name); } catch { /* private window */ } };
  const kept = name => { try { return localStorage.getItem('huiyin.' + name) || ''; } catch { return ''; } };
  const spoken = box => box.textContent.trim().replace(/\s+/g, ' ');
  const put = (id, text) => { const box = $(id); if (box && box.textContent !== text) box.textContent = text; };

  // ---- clocks: the server sends what is left; the page only counts, and begins again whenever the server spoke
  const pad = n => String(n).padStart(2, '0');
  function span(s) {
    s = Math.abs(Math.round(s)); const h = Math.floor(s / 3600), m = Math.floor(s % 3600 / 60);
    return h ? `${h}:${pad(m)}:${pad(s % 60)}` : `${m}:${pad(s % 60)}`;
  }
  const heard = new WeakMap();
  function passed(el, value) {
    const known = heard.get(el), now = performance.now();
    if (!known || known.value !== value) { heard.set(el, { value, at: now }); return 0; }
    return (now - known.at) / 1000;
  }
  const states = new WeakMap();
  function tick() {
    for (const el of $$('[data-left]')) {
      const left = el.dataset.left - passed(el, el.dataset.left), total = +el.dataset.total;
      const state = left < 0 ? 'bad' : left < Math.min(total / 4, 1800) ? 'warn' : 'run';
      const text = (left < 0 ? el.dataset.late + ' ' : '') + span(left);
      $('.clock__t', el).textContent = text;
      $('.clock__bar', el).value = Math.max(3, Math.min(100, 100 - left / total * 100));
      if (states.has(el) && states.get(el) !== state) put('#say', `${$('.clock__k', el).textContent} ${text}`);
      states.set(el, state); el.classList.toggle('is-warn', state === 'warn'); el.classList.toggle('is-bad', state === 'bad');
    }
    for (const el of $$('[data-elapsed]')) el.textContent = span(+el.dataset.elapsed + passed(el, el.dataset.elapsed));
  }

  // ---- an alarm: the page turns red, the title says so, and its words are to be said aloud once
  let alarmed = new Set();
  function alarm() {
    const rows = $$('[data-alarm]'), known = alarmed;
    document.body.classList.toggle('is-alarm', rows.length > 0);
    alarmed = new Set(rows.map(row => row.dataset.alarm));
    return rows.filter(row => !known.has(row.dataset.alarm)).map(spoken);
  }

  // ---- somebody calls: to be said aloud once, and in the title until somebody speaks with them
  const rung = new Set();
  function rings() {
    const calls = $$('[data-pop]'), fresh = calls.filter(call => !rung.has(call.dataset.pop));
    for (const call of fresh) rung.add(call.dataset.pop);
    const callers = $('#callers')?.dataset.said, alarms = $$('[data-alarm]').length;
    document.title = callers ? `${callers} · ${title}` : alarms ? `(${alarms}) ${title}` : title;
    return fresh.map(call => spoken($('.pop__who', call) || call));
  }
  // both break in on whatever is being read, in one breath: neither takes the other's words away
  function look() { tick(); const words = [...alarm(), ...rings()]; if (words.length) put('#shout', words.join(' ')); }
  look(); setInterval(tick, 1000);
  document.addEventListener('htmx:after:swap', look);

  // ---- the line to the server
  const offline = on => { const bar = $('#offline'); if (bar) bar.hidden = !on; };
  document.addEventListener('htmx:error', () => offline(true));
  document.addEventListener('htmx:after:request', e => offline((e.detail?.ctx?.response?.status ?? 0) >= 500));

  // ---- a recording
  function play(box) {
    const sound = $('audio', box), bar = $('.player__bar', box), now = $('[data-now]', box), go = $('.player__go', box);
    if (!box.dataset.ready) {
      box.dataset.ready = '1'; go.dataset.play = go.getAttribute('aria-label');
      sound.ontimeupdate = () => { bar.value = sound.currentTime / (sound.duration || +box.dataset.player || 1) * 100; now.textContent = span(sound.currentTime); };
      sound.onplay = sound.onpause = sound.onended = () => {
        box.classList.toggle('is-playing', !sound.paused); go.setAttribute('aria-label', sound.paused ? go.dataset.play : go.dataset.stop);
      };
    }
    sound.paused ? sound.play().catch(() => { /* the sound is gone: the bar stays where it is */ }) : sound.pause();
  }

  // ---- presses
  document.addEventListener('click', e => {
    const at = q => e.target.closest(q);
    if (at('[data-theme-switch]')) { root.dataset.bsTheme = root.dataset.bsTheme === 'dark' ? 'light' : 'dark'; keep('theme', root.dataset.bsTheme); }
    const opener = at('[data-open]'); if (opener) { const sheet = $('#' + opener.dataset.open); sheet ? sheet.showModal() : location.reload(); }
    if (at('[data-close]')) at('dialog').close();
    const more = at('[data-more]');
    if (more) more.setAttribute('aria-expanded', more.closest('.side').classList.toggle('is-more'));
    else if (!at('.side__foot')) { $('.side')?.classList.remove('is-more'); $('[data-more]')?.setAttribute('aria-expanded', 'false'); }
    if (at('[data-print]')) print();
    const go = at('.player__go'); if (go) play(go.closest('.player'));
    for (const menu of $$('details.menu[open]')) if (!menu.contains(e.target)) menu.open = false;
    if (e.target.matches('dialog')) e.target.close();
  });

  // ---- paper shows what is folded away
  addEventListener('beforeprint', () => { for (const fold of $$('.ev--fold details:not([open])')) { fold.open = true; fold.dataset.folded = ''; } });
  addEventListener('afterprint', () => { for (const fold of $$('[data-folded]')) { fold.open = false; delete fold.dataset.folded; } });

  // ---- a form leaves once: the button keeps its words, shows that it works, and cannot be pressed again
  document.addEventListener('submit', e => {
    if (!('once' in e.target.dataset)) return;
    if (e.target.getAttribute('aria-busy')) { e.preventDefault(); return; }
    e.target.setAttribute('aria-busy', 'true');
    for (const draft of $$('[data-draft]', e.target)) keep(named(draft), '');
  });
  // ---- a form that brings a file: its page stays, so the button works until a cookie says that the file has come
  document.addEventListener('submit', e => {
    const form = e.target, words = form.dataset.download;
    if (words === undefined) return;
    if (form.getAttribute('aria-busy')) { e.preventDefault(); return; }
    const mark = Date.now().toString(36), name = 'huiyin-arrived', box = form.elements.arrival || document.createElement('input');
    Object.assign(box, { type: 'hidden', name: 'arrival', value: mark }); form.append(box);
    form.setAttribute('aria-busy', 'true'); $('#say').textContent = words;
    const look = setInterval(() => {
      if (!document.cookie.split('; ').includes(`${name}=${mark}`)) return;
      clearInterval(look); form.removeAttribute('aria-busy'); $('#say').textContent = '';
      document.cookie = `${name}=; path=/; max-age=0`;
    }, 250);
  });
  document.addEventListener('change', e => {  // a file that is too large is refused before it has crossed the line
    const most = +(e.target.dataset.most || 0);
    if (most) e.target.setCustomValidity([...e.target.files].some(file => file.size > most) ? e.target.dataset.tooLarge : '');
  });
  // ---- what was chosen, in the words of the page: the browser's own field is unseen
  const chosen = input => {
    const said = $('.filer__n', input.closest('.filer'));
    said.textContent = input.files.length > 1 ? said.dataset.many.replace('{n}', input.files.length) : input.files[0]?.name ?? said.dataset.none;
  };
  document.addEventListener('change', e => { if (e.target.type === 'file' && e.target.closest('.filer')) chosen(e.target); });
  addEventListener('pageshow', () => { for (const input of $$('.filer input')) chosen(input); });
  addEventListener('pageshow', () => { for (const form of $$('form[aria-busy]')) form.removeAttribute('aria-busy'); });

  // ---- drafts are saved as typed, under the name of whoever types: nobody finds another's at a shared desk, nor after a log-out
  const whose = $('#presses')?.dataset.who || '', named = draft => `draft.${whose}.${draft.dataset.draft}`;
  const forget = isMeant => { try { for (const key of Object.keys(localStorage).filter(isMeant)) localStorage.removeItem(key); } catch { /* private window */ } };
  forget(key => /^huiyin\.draft\.[^.]*$/.test(key));  // nobody's name stands on it
  for (const draft of $$('[data-draft]')) if (!draft.value) draft.value = kept(named(draft));
  document.addEventListener('input', e => { if ('draft' in e.target.dataset) keep(named(e.target), e.target.value); });
  document.addEventListener('submit', e => { if ('logOut' in e.target.dataset) forget(key => key.startsWith(`huiyin.draft.${whose}.`)); });

  // ---- fields that belong to one choice of a list are shown with it
  const belongs = () => { for (const box of $$('[data-for]')) box.hidden = $('#' + box.dataset.for).value !== box.dataset.when; };
  belongs(); document.addEventListener('change', belongs);

  for (const dialog of $$('dialog[data-show]')) dialog.showModal();
  for (const toast of $$('[data-toast]')) setTimeout(() => toast.remove(), 8000);

  // ---- Escape closes a menu; all other keys are in palette.js
  document.addEventListener('keydown', e => {
    if (e.isComposing || e.key !== 'Escape') return;
    for (const menu of $$('details.menu[open]')) { menu.open = false; $('summary', menu).focus(); }
  });
})();
