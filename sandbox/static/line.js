// The line itself: what goes wrong on purpose, what time it is, and what passed over the wire.
import { ask, keepClock, now } from './net.js';
import { t } from './words.js';

const SWITCHES = [
  ['timeout_after_accept', [{ kind: 'timeout_after_accept' }]],
  ['webhook_twice', [{ kind: 'webhook_twice' }]],
  ['receipts', [{ kind: 'receipt_delay', seconds: 8, rate: 0.4 }, { kind: 'receipt_reorder', rate: 0.4 }, { kind: 'receipt_lose', rate: 0.2 }]],
  ['no_answer', [{ kind: 'no_answer' }]],
  ['busy', [{ kind: 'busy' }]],
  ['voicemail', [{ kind: 'voicemail' }]],
  ['rate_limited', [{ kind: 'rate_limited' }]],
  ['refuse', [{ kind: 'refuse', code: 21408 }]],
];
const KEPT = 120;
const $ = q => document.querySelector(q);
const make = (tag, cls, ...inside) => { const el = document.createElement(tag); if (cls) el.className = cls; el.append(...inside); return el; };

export class Line {
  constructor(page) { this.page = page; this.after = 0; this.exchanges = []; this.drawSwitches(); this.drawTurns(); $('#log').addEventListener('click', e => this.open(e)); }

  drawSwitches() {
    const rows = [...SWITCHES.map(([name]) => name), 'one_way'].map(name => {
      const words = make('span', '', make('span', '', t('f_' + name)), make('small', '', t('n_' + name) === 'n_' + name ? '' : t('n_' + name)));
      const input = Object.assign(document.createElement('input'), { type: 'checkbox', className: 'form-check-input' });
      input.setAttribute('role', 'switch'); input.dataset.fault = name;
      input.addEventListener('change', () => this.page.attempt(() => this.turnOn(name, input.checked)));
      return make('label', 'sw form-switch', words, input);
    });
    $('#switches').replaceChildren(...rows);
  }

  drawTurns() {
    $('#turn').replaceChildren(...[['turn_10', 10], ['turn_60', 60]].map(([word, seconds]) => {
      const b = make('button', 'btn btn-quiet btn-sm', t(word)); b.type = 'button';
      b.addEventListener('click', () => this.page.attempt(() => ask('POST', '/clock', { advance_s: seconds })));
      return b;
    }));
  }

  async turnOn(name, on) {
    this.turned = (this.turned ?? 0) + 1;   // what was asked before this press must not undo it on the screen
    if (name === 'one_way') return ask('PUT', '/settings', { mode: on ? 'one_way' : 'two_way' });
    const rules = SWITCHES.find(([n]) => n === name)[1], kinds = rules.map(r => r.kind);
    const { rules: before } = await ask('GET', '/faults');
    return ask('PUT', '/faults', { rules: [...before.filter(r => !kinds.includes(r.kind)), ...(on ? rules : [])] });
  }

  async refresh(state) {
    keepClock(state.clock);
    const turned = this.turned;
    const [{ rules, hits }, { exchanges }] = await Promise.all([ask('GET', '/faults'), ask('GET', `/wire?after=${this.after}&limit=${KEPT}`)]);
    if (turned === this.turned) this.drawStates(state, rules, hits);
    $('#clock-kind').textContent = t('clock_' + state.clock.kind);
    $('#turn').hidden = state.clock.kind !== 'manual';
    const fresh = new Set(exchanges.map(x => x.id));
    this.exchanges = [...this.exchanges.filter(x => !fresh.has(x.id)), ...exchanges].slice(-KEPT);
    const open = this.exchanges.find(x => x.status === null && !x.error);   // asked for again until it is answered
    this.after = open ? open.id - 1 : this.exchanges.at(-1)?.id ?? this.after;
    this.drawLog();
    this.tick();
  }

  drawStates(state, rules, hits) {
    for (const [name, mine] of SWITCHES) {
      const kinds = mine.map(r => r.kind), struck = kinds.reduce((n, k) => n + (hits[k] ?? 0), 0), input = $(`[data-fault=${name}]`);
      input.checked = rules.some(r => kinds.includes(r.kind) && r.next !== 0);
      const small = input.parentNode.querySelector('small'), note = t('n_' + name) === 'n_' + name ? '' : t('n_' + name);
      small.textContent = [note, struck ? `${struck} ${t('struck')}` : ''].filter(Boolean).join(' · ');
    }
    $('[data-fault=one_way]').checked = state.settings.mode === 'one_way';
  }

  tick() { $('#now').textContent = new Date(now()).toLocaleString('zh-CN', { hour12: false }); }

  drawLog() {
    const rows = this.exchanges.toReversed().map(x => {
      const out = x.direction === 'webhook', button = make('button', x.error || (x.status ?? 0) >= 400 ? 'is-bad' : x.warnings.length ? 'is-odd' : '');
      button.type = 'button'; button.dataset.exchange = x.id;
      const time = make('time', 'num', new Date(x.at).toLocaleTimeString('zh-CN', { hour12: false }));
      const arrow = document.querySelector('.sprite').ownerDocument.createElementNS('http://www.w3.org/2000/svg', 'svg');
      arrow.setAttribute('class', 'ic'); arrow.setAttribute('aria-hidden', 'true');
      const use = document.createElementNS('http://www.w3.org/2000/svg', 'use'); use.setAttribute('href', out ? '#i-arrow-down-left' : '#i-arrow-up-right'); arrow.append(use);
      button.append(time, arrow, make('span', '', this.say(x) + (x.repeat ? `  ${t('again')}` : '')), make('b', 'num', String(x.status ?? (x.error ? '✕' : '…'))));
      return make('li', '', button);
    });
    $('#log').replaceChildren(...(rows.length ? rows : [make('li', 'log__none', t('wire_none'))]));
  }

  say(x) {
    const p = Object.fromEntries(x.params), path = new URL(x.url).pathname;
    if (x.direction === 'webhook') {
      if (x.kind === 'receipt') return `${t('receipt')} ${p.MessageStatus} ${this.page.nameOf(p.To)}`;
      return [path, p.Digits ?? p.SpeechResult ?? '', x.kind === 'call-status' ? p.CallStatus : p.RecordingStatus ?? ''].filter(Boolean).join('  ');
    }
    const what = path.replace(/^.*Accounts\/AC\w+/, '').replace('.json', '') || '/';
    if (x.method === 'POST' && what === '/Messages') return `${t('text_to')} ${this.page.nameOf(p.To ?? '')}`;
    if (x.method === 'POST' && what === '/Calls') return `${t('call_to')} ${this.page.nameOf(p.To ?? '')}`;
    return `${x.method} ${what}`;
  }

  open(e) {
    const id = e.target.closest('[data-exchange]')?.dataset.exchange, x = this.exchanges.find(y => y.id === +id);
    if (!x) return;
    $('#detail-h').textContent = t(x.direction === 'webhook' ? 'to_service' : 'from_service');
    const rows = [[t('address'), `${x.method} ${x.url}`], [t('request'), x.params.filter(([, v]) => v).map(([k, v]) => `${k}: ${v}`).join('\n')], [`${t('response')} ${x.status ?? ''} · ${x.ms} ms`, x.body || x.error], [t('warning'), [...x.warnings, x.body ? x.error : ''].filter(Boolean).join('\n')]];
    $('#detail-list').replaceChildren(...rows.filter(([, v]) => v).flatMap(([k, v]) => [make('dt', '', k), make('dd', '', make('pre', '', v))]));
    $('#detail').showModal();
  }
}
