// Talks to the network's control API, and keeps its clock.
export class Refused extends Error {}

export async function ask(method, path, data) {
  const answer = await fetch('/sandbox' + path, {
    method, headers: data ? { 'Content-Type': 'application/json' } : {}, body: data && JSON.stringify(data),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Refused(body.error ?? answer.statusText);
  return body;
}

export const phonePath = number => '/phones/' + encodeURIComponent(number);

// The network's moment goes on between two looks at it, unless it is turned by hand.
const clock = { at: Date.now(), seen: performance.now(), runs: true };
export function keepClock(shown) {
  clock.at = Date.parse(shown.now); clock.seen = performance.now(); clock.runs = shown.kind === 'real';
}
export const now = () => clock.at + (clock.runs ? performance.now() - clock.seen : 0);
export const timeOf = moment => new Date(moment).toLocaleTimeString('zh-CN', { hour12: false, hour: '2-digit', minute: '2-digit' });
export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000)), m = Math.floor(s / 60);
  return `${m}:${String(s % 60).padStart(2, '0')}`;
}
export const pretty = number => number.replace(/^\+86(1\d\d)(\d{4})(\d{4})$/, '+86 $1 $2 $3').replace(/^\+86(400)(\d{3})(\d{4})$/, '$1-$2-$3');
