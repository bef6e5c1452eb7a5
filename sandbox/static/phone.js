// One telephone: rings, talks, shows texts. What it shows is what the network says; it decides nothing.
import { ask, now, phonePath, pretty, span, timeOf } from './net.js';
import { english, noteOf, t, translate } from './words.js';
import { hush, isAloud, readAloud, setAloud } from './voice.js';

const OVER_MS = 6000;   // how long a call that has ended stays on the screen
const icon = name => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  svg.setAttribute('class', 'ic'); svg.setAttribute('aria-hidden', 'true'); use.setAttribute('href', '#i-' + name); svg.append(use);
  return svg;
};
const make = (tag, cls, ...inside) => { const el = document.createElement(tag); el.className = cls; el.append(...inside); return el; };

export class Phone {
  constructor(id, page, person) {
    this.page = page; this.person = person; this.tab = page.isStaff(person) ? 'texts' : 'dial'; this.heard = new Set(); this.peeking = false;
    this.root = document.querySelector('#phone').content.firstElementChild.cloneNode(true);
    this.root.id = id; this.root.querySelector('h2').id = id + '-h'; this.root.setAttribute('aria-labelledby', id + '-h');
    this.parts = Object.fromEntries([...this.root.querySelectorAll('[data-part]')].map(el => [el.dataset.part, el]));
    this.root.addEventListener('click', e => this.clicked(e));
    this.parts.reply.addEventListener('submit', e => { e.preventDefault(); this.sendText(); });
    this.parts.speak.addEventListener('submit', e => { e.preventDefault(); this.speak(); });
    translate(this.root);
  }

  become(person) { this.person = person; this.data = null; this.heard.clear(); this.tab = this.page.isStaff(person) ? 'texts' : 'dial'; this.refresh(); }

  async refresh() {
    const number = this.person.number, data = await ask('GET', phonePath(number));
    if (number !== this.person.number) return;
    this.data = data;
    this.call = this.current();
    this.listen();
    this.draw();
  }

  // The call on the screen: one that lives, or the last one for a few seconds more.
  current() {
    const live = this.data.calls.filter(c => !c.ended_at), last = this.data.calls.at(-1);
    if (live.length) return live.at(-1);
    return last?.answered_at && now() - Date.parse(last.ended_at) < OVER_MS && !this.dismissed?.has(last.sid) ? last : null;
  }

  // Read aloud what is new; a call seen for the first time in the middle is not read from its beginning.
  listen() {
    if (!this.call) return;
    this.call.heard.forEach((h, n) => {
      const key = this.call.sid + n;
      if (!this.heard.has(key) && (h.kind === 'say' || h.kind === 'carrier') && (h.playing || this.heard.size) && !this.call.ended_at) readAloud(h.text, h.language);
      this.heard.add(key);
    });
  }

  get ringing() { return this.call?.direction === 'in' && this.call.status === 'ringing'; }

  draw() {
    const p = this.parts, call = this.call, person = this.person;
    this.root.querySelector('h2').textContent = person.name;
    this.root.querySelector('.meta').textContent = [noteOf(person), pretty(person.number)].filter(Boolean).join(' · ');
    const talking = call && !this.ringing && !this.peeking;
    p.ring.hidden = !this.ringing; p.call.hidden = !talking; p.idle.hidden = this.ringing || talking; p.head.hidden = this.ringing;
    this.root.querySelector('.ph__screen').classList.toggle('ph__screen--ring', this.ringing);
    const box = this.root.querySelector('.ph__case');
    box.classList.toggle('is-ringing', this.ringing); box.dataset.ring = this.ringing ? 'ringing' : '';
    if (this.ringing) { p['ring-name'].textContent = this.page.nameOf(call.other); p['ring-number'].textContent = pretty(call.other); }
    this.drawHead();
    if (talking) this.drawTalk();
    if (!p.idle.hidden) this.drawIdle();
    this.tick();
  }

  drawHead() {
    const p = this.parts, call = this.call, number = call?.other ?? this.page.hotline();
    p.other.textContent = number ? this.page.nameOf(number) : t('hotline');
    p.number.textContent = number ? pretty(number) : '';
    const [words, kind] = this.chip();
    p.chip.className = 'chip ' + kind;
    p.chip.replaceChildren(words, ' ', make('span', 'num'));
    this.elapsed = p.chip.lastChild;
  }

  chip() {
    const call = this.call;
    if (!call) return [t('free'), ''];
    if (call.ended_at) return [t('call_over'), ''];
    if (!call.answered_at) return [t('calling'), 'chip--warn'];
    if (call.waits_for?.verb === 'Record') return [t('recording'), 'chip--bad'];
    return [call.bridged ? t('talking_to') : t('on_line'), 'chip--ok'];
  }

  drawTalk() {
    const p = this.parts, call = this.call, live = !call.ended_at;
    const items = [...call.heard.map(h => ({ ...h, mine: false })), ...call.said.map(s => ({ ...s, mine: true }))].sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : a.mine - b.mine);
    this.fill(p.talk, items.map(i => i.mine ? this.mine(i) : this.sounded(i)).filter(Boolean));
    p.speak.hidden = !live || !(call.bridged || ['Record'].includes(call.waits_for?.verb) || call.waits_for?.input?.includes('speech'));
    for (const key of this.root.querySelectorAll('.pad__k')) key.disabled = !live;
    const loud = this.root.querySelector('[data-do=aloud]'); loud.setAttribute('aria-pressed', isAloud());
  }

  sounded(h) {
    if (h.kind === 'beep') return make('p', 'talk__at', t('beep'));
    if (h.kind === 'note') return make('p', 'talk__note', h.text);
    const text = h.kind === 'play' ? `${t('playing_file')} ${h.text}` : h.text;
    const p = make('p', 'talk talk--in', text);
    p.lang = h.language || 'zh-CN'; p.dataset.until = h.until; p.dataset.at = h.at;
    return p;
  }

  mine(said) {
    if (said.keys) return make('p', 'talk talk--key', make('kbd', '', said.keys));
    return make('p', 'talk talk--me', icon('microphone'), make('span', '', said.text), make('small', 'num', span(said.seconds * 1000)));
  }

  drawIdle() {
    const p = this.parts, texts = this.tab === 'texts' || this.peeking;
    for (const b of this.root.querySelectorAll('[data-tab]')) { b.setAttribute('aria-pressed', (b.dataset.tab === 'texts') === texts); b.hidden = this.peeking && b.dataset.tab === 'dial'; }
    p.dial.hidden = texts; p.texts.hidden = p.reply.hidden = p.fast.hidden = !texts;
    if (texts) this.drawTexts(); else this.drawDial();
  }

  drawDial() {
    const p = this.parts, numbers = this.page.numbers();
    p['dial-name'].textContent = numbers.length ? this.page.nameOf(p.numbers.value || numbers[0]) : t('no_number');
    const chosen = p.numbers.value, hidden = p.withheld.value;
    p.numbers.replaceChildren(...numbers.map(n => new Option(pretty(n), n, false, n === chosen)));
    p.numbers.hidden = !numbers.length;
    p.withheld.replaceChildren(...['', 'anonymous', 'unknown'].map(w => new Option(t(w ? 'withheld_' + w : 'shown'), w, false, w === hidden)));
    p.withheld.hidden = !numbers.length;
    this.root.querySelector('[data-do=dial]').disabled = !numbers.length;
  }

  drawTexts() {
    const p = this.parts, mine = this.person.number;
    const notes = this.data.calls.filter(c => c.ended_at).map(c => ({ at: c.at, note: this.note(c), bad: c.direction === 'in' && !c.answered_at }));
    const items = [...this.data.texts.map(m => ({ at: m.at, text: m })), ...notes].sort((a, b) => a.at < b.at ? -1 : 1);
    const drawn = items.flatMap(i => i.note ? [this.noted(i)] : this.bubble(i.text, i.text.from === mine));
    this.fill(p.texts, drawn.length ? drawn : [make('p', 'ph__empty', t('no_texts'))]);
    const last = this.data.texts.filter(m => m.to === mine).at(-1);
    const codes = last ? [...new Set([...last.body.matchAll(/(?:回复|reply)\s*([A-Z]?\d{1,4}|[A-Z]{1,3}\d{0,4}|退订)/gi)].map(m => m[1]))].slice(0, 4) : [];
    p.fast.replaceChildren(...(this.data.one_way ? [make('p', 'meta', t('one_way'))] : codes.map(c => { const b = make('button', 'btn btn-quiet btn-sm', c); b.type = 'button'; b.dataset.reply = c; return b; })));
    for (const el of p.reply.elements) el.disabled = this.data.one_way;
  }

  note(c) {
    const at = timeOf(c.at) + ' ';
    if (c.direction === 'out') return at + t('call_out');
    if (c.answered_at) return at + t(c.voicemail ? 'voicemail_took' : 'call_in');
    return at + t({ busy: 'rang_declined', canceled: 'rang_cancelled' }[c.status] ?? 'rang_missed');
  }

  noted(i) { return make('p', 'talk__note' + (i.bad ? '' : ' talk__note--calm'), icon(i.bad ? 'phone-x' : 'phone-filled'), make('span', '', i.note)); }

  bubble(message, sent) {
    const p = make('p', sent ? 'talk talk--sent' : 'talk talk--in', message.body);
    p.lang = /[\u3400-\u9fff]/.test(message.body) ? 'zh-CN' : 'en';
    const lost = ['undelivered', 'failed'].includes(message.status);
    return [make('p', 'talk__at', timeOf(message.at)), lost ? make('p', 'talk__lost', `${t('not_delivered')} ${message.error_code ?? ''}`) : p];
  }

  // Replace what is shown only where it differs, and follow the end as people expect.
  fill(box, nodes) {
    const text = nodes.map(n => n.className + n.textContent).join('\n');
    if (box.dataset.shown === text + english()) { nodes.forEach((n, i) => { const had = box.children[i]; if (n.dataset.until && had) had.dataset.until = n.dataset.until; }); return; }
    box.dataset.shown = text + english();
    box.replaceChildren(...nodes);
    box.scrollTop = box.scrollHeight;
  }

  tick() {
    this.parts.time.textContent = timeOf(now());
    const call = this.call;
    if (this.ringing) this.parts.rung.textContent = span(now() - Date.parse(call.at));
    else if (call?.answered_at && this.elapsed) this.elapsed.textContent = span((call.ended_at ? Date.parse(call.ended_at) : now()) - Date.parse(call.answered_at));
    for (const p of this.parts.talk.querySelectorAll('[data-until]')) {
      const playing = Date.parse(p.dataset.at) <= now() && now() < Date.parse(p.dataset.until) && !call?.ended_at;
      if (playing === p.classList.contains('is-now')) continue;
      p.classList.toggle('is-now', playing);
      if (playing) p.prepend(make('span', 'wave', ...[1, 2, 3, 4].map(() => document.createElement('i')))); else p.querySelector('.wave')?.remove();
    }
    if (call?.ended_at && now() - Date.parse(call.ended_at) > OVER_MS) { this.call = null; this.draw(); }
  }

  async clicked(e) {
    const at = q => e.target.closest(q), key = at('[data-key]'), tab = at('[data-tab]'), reply = at('[data-reply]'), what = at('[data-do]')?.dataset.do;
    if (key) { hush(); return this.page.attempt(() => ask('POST', `/calls/${this.call.sid}/press`, { keys: key.dataset.key })); }
    if (reply) return this.text(reply.dataset.reply);
    if (tab) { this.tab = tab.dataset.tab; return this.draw(); }
    if (what === 'who') return this.page.choose(this);
    if (what === 'peek') { this.peeking = !this.peeking; return this.draw(); }
    if (what === 'aloud') { setAloud(!isAloud()); return this.draw(); }
    if (what === 'dial') return this.page.attempt(async () => { this.heard.add('dialled'); await ask('POST', phonePath(this.person.number) + '/dial', { to: this.parts.numbers.value, withheld: this.parts.withheld.value }); });
    if (what === 'hangup' && this.call.ended_at) { (this.dismissed ??= new Set()).add(this.call.sid); this.call = null; return this.draw(); }
    if (['answer', 'decline', 'hangup'].includes(what)) {
      hush(); this.heard.add('answered');
      await this.page.attempt(() => ask('POST', `/calls/${this.call.sid}/${what}`, {}));
      if (what === 'answer') this.root.querySelector('.pad__k').focus({ preventScroll: true });
    }
  }

  sendText() { const input = this.parts.reply.querySelector('input'), body = input.value.trim(); if (body) { input.value = ''; this.text(body); } }

  text(body) {
    const last = this.data.texts.filter(m => m.to === this.person.number).at(-1);
    return this.page.attempt(() => ask('POST', phonePath(this.person.number) + '/text', { to: last?.from ?? this.page.hotline(), body }));
  }

  speak() {
    const input = this.parts.speak.querySelector('input'), text = input.value.trim();
    if (!text) return;
    input.value = ''; hush();
    this.page.attempt(() => ask('POST', `/calls/${this.call.sid}/speak`, { text }));
  }
}
