// Reads aloud what the telephone says, one sentence after the other, with the browser's own voices.
const can = 'speechSynthesis' in window;
let loud = true;
try { loud = localStorage.getItem('huiyin.aloud') !== 'no'; } catch { /* private window */ }

export const isAloud = () => loud;
export function setAloud(on) {
  loud = on;
  if (!on) hush();
  try { localStorage.setItem('huiyin.aloud', on ? 'yes' : 'no'); } catch { /* private window */ }
}
export function hush() { if (can) speechSynthesis.cancel(); }
export function readAloud(text, language) {
  if (!can || !loud) return;
  const said = new SpeechSynthesisUtterance(text);
  said.lang = /^en/i.test(language) ? 'en-US' : /^yue/i.test(language) ? 'zh-HK' : 'zh-CN';
  speechSynthesis.speak(said);
}
