// Starts the page: three telephones and the line, kept up to date with the network.
import { Line } from './line.js';
import { ask, pretty } from './net.js';
import { Phone } from './phone.js';
import { english, noteOf, t, translate } from './words.js';

const $ = q => document.querySelector(q);
const PLACES = ['p1', 'p2', 'p3'];
const STRANGER = { number: '+8613912345678', name: '', note: '', group: '' };
const keep = (name, value) => { try { localStorage.setItem('huiyin.' + name, value); } catch { /* private window */ } };
const kept = name => { try { return localStorage.getItem('huiyin.' + name); } catch { return null; } };

class Page {
  people = []; state = null; phones = []; choosing = null;

  isStaff(person) { return /staff|duty|员工/.test(person.group ?? ''); }
  numbers() { return this.state?.numbers ?? []; }
  hotline() { return this.numbers()[0] ?? ''; }
  nameOf(number) {
    if (this.numbers().includes(number)) return t('hotline');
    return this.people.find(p => p.number === number)?.name ?? pretty(number);
  }
  stranger() { return { ...STRANGER, name: t('stranger'), note: t('stranger_note') }; }

  async attempt(what) {
    try { await what(); } catch (error) { this.toast(error.message); }
  }

  toast(words) {
    const box = document.createElement('p'); box.className = 'toast-x'; box.textContent = words; $('#toasts').append(box);
    setTimeout(() => box.remove(), 6000);
  }

  async start() {
    this.state = await ask('GET', '/state'); this.people = this.state.people;
    const staff = this.people.filter(p => this.isStaff(p)), owners = this.people.filter(p => !this.isStaff(p));
    const first = [owners[0] ?? this.stranger(), staff[0] ?? { ...this.stranger(), number: '+8613912345601' }, staff[1] ?? { ...this.stranger(), number: '+8613912345602' }];
    this.phones = PLACES.map((id, n) => new Phone(id, this, this.people.find(p => p.number === kept('phone.' + id)) ?? first[n]));
    this.phones[0].root.classList.add('ph--owner');
    for (const phone of this.phones) $('#line').before(phone.root);
    $('#bench').scrollTo({ left: 0, behavior: 'instant' });
    this.line = new Line(this);
    $('#service').hidden = !this.state.application; if (this.state.application) $('#service').href = this.state.application;
    this.words();
    await this.refresh();
    setInterval(() => { for (const phone of this.phones) if (phone.data) phone.tick(); this.line.tick(); }, 250);
    this.follow(this.state.version);
  }

  words() {
    translate(); this.line?.drawSwitches(); this.line?.drawTurns();
    for (const phone of this.phones) if (!this.people.some(p => p.number === phone.person.number)) phone.person = { ...phone.person, name: t('stranger'), note: t('stranger_note') };
  }

  // Look again whenever something has changed; a lost network is looked for until it is back.
  async follow(version) {
    for (;;) {
      try {
        const seen = await ask('GET', `/events?version=${version}`);
        const back = !$('#gone').hidden; $('#gone').hidden = true;
        if (seen.version !== version || back) { version = seen.version; if (back) this.line.after = 0, this.line.exchanges = []; await this.refresh(); }
        await new Promise(done => setTimeout(done, 120));
      } catch { $('#gone').hidden = false; version = -1; await new Promise(done => setTimeout(done, 1500)); }
    }
  }

  async refresh() {
    this.state = await ask('GET', '/state'); this.people = this.state.people;
    $('#service').hidden = !this.state.application; if (this.state.application) $('#service').href = this.state.application;
    this.bringRingingIntoSight();
    const rang = this.phones.map(p => p.ringing);
    await Promise.all([this.line.refresh(this.state), ...this.phones.map(p => p.refresh())]);
    this.phones.forEach((p, n) => { if (p.ringing && !rang[n]) $('#say').textContent = `${t('incoming')}：${p.person.name}`; });
    const ringing = this.phones.filter(p => p.ringing).length;
    document.title = (ringing ? `(${ringing}) ` : '') + t('page_title');
    this.drawTabs();
  }

  // A telephone that rings behind the scenes takes the place of one that lies idle; the owner's stays.
  bringRingingIntoSight() {
    const busy = new Set(this.state.live_calls.map(c => c.phone));
    for (const call of this.state.live_calls) {
      if (call.direction !== 'in' || call.status !== 'ringing' || this.phones.some(p => p.person.number === call.phone)) continue;
      const idle = this.phones.slice(1).find(p => !busy.has(p.person.number));
      if (idle) idle.become(this.people.find(p => p.number === call.phone) ?? { ...this.stranger(), number: call.phone });
    }
  }

  drawTabs() {
    const shown = $('#pick [aria-current]')?.hash ?? '#p1';
    const tabs = [...this.phones.map(p => ['#' + p.root.id, p.person.name, p.ringing]), ['#line', t('line'), false]];
    if (this.tabs === JSON.stringify(tabs)) return;
    this.tabs = JSON.stringify(tabs);
    $('#pick').replaceChildren(...tabs.map(([hash, name, rings]) => {
      const a = document.createElement('a'); a.href = hash; if (rings) a.append(document.createElement('i')); a.append(name);
      if (hash === shown) a.setAttribute('aria-current', 'true');
      return a;
    }));
  }

  choose(phone) { this.choosing = phone; $('#who-find').value = ''; $('#who-bad').hidden = true; this.drawPeople(''); $('#who').showModal(); }

  drawPeople(wanted) {
    const all = [this.stranger(), ...this.people], fits = p => [p.name, p.note, p.note_en, p.number].join(' ').toLowerCase().includes(wanted.trim().toLowerCase());
    const rows = all.filter(fits).slice(0, 60).map(p => {
      const b = document.createElement('button'); b.type = 'button'; b.dataset.number = p.number;
      const name = document.createElement('span'), number = document.createElement('span'), note = document.createElement('small');
      name.textContent = p.name; number.textContent = pretty(p.number); number.className = 'num'; note.textContent = noteOf(p); b.append(name, number, note);
      b.addEventListener('click', () => this.take(p));
      return b;
    });
    const none = document.createElement('p'); none.className = 'log__none'; none.textContent = t('nobody');
    $('#who-list').replaceChildren(...(rows.length ? rows : [none]));
  }

  take(person) { $('#who').close(); keep('phone.' + this.choosing.root.id, person.number); this.choosing.become(person); this.tabs = ''; this.drawTabs(); }
}

const page = new Page();

document.addEventListener('click', e => {
  const at = q => e.target.closest(q), root = document.documentElement;
  if (at('[data-theme-switch]')) { root.dataset.bsTheme = root.dataset.bsTheme === 'dark' ? 'light' : 'dark'; keep('theme', root.dataset.bsTheme); }
  if (at('[data-lang-switch]')) { root.lang = english() ? 'zh-CN' : 'en'; keep('lang', english() ? 'en' : 'zh'); page.words(); page.tabs = ''; page.refresh(); }
  const tab = at('.pick a'); if (tab) { e.preventDefault(); const place = $(tab.hash); $('#bench').scrollTo({ left: place.offsetLeft - $('#bench').offsetLeft - 16 }); }
  const sheet = at('dialog'); if (sheet && e.target === sheet) sheet.close();
});
$('#who-find').addEventListener('input', e => page.drawPeople(e.target.value));
$('#who-new').addEventListener('submit', e => {
  const number = $('#who-number').value.replace(/[\s-]/g, ''), good = /^\+[1-9]\d{6,14}$/.test(number);
  $('#who-bad').hidden = good;
  if (!good) { e.preventDefault(); return; }
  page.take(page.people.find(p => p.number === number) ?? { ...page.stranger(), number });
});
page.start().then(() => {
  const seen = new IntersectionObserver(all => {
    for (const x of all) if (x.isIntersecting) for (const a of document.querySelectorAll('.pick a')) if (a.hash === '#' + x.target.id) a.setAttribute('aria-current', 'true'); else a.removeAttribute('aria-current');
  }, { root: $('#bench'), threshold: 0.6 });
  for (const phone of page.phones) seen.observe(phone.root);
  seen.observe($('#line'));
});
