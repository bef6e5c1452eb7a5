// The desk rings aloud while somebody rings or waits, where this browser was asked to: its switch is off until somebody presses it, and kept here.
(() => {
  const bell = document.getElementById('bell'), mute = document.getElementById('bell-mute');
  if (!bell || !window.AudioContext) return;
  const name = 'huiyin.bell', pause = 4000;
  let sound = null, rings = 0;

  function strike() {  // two strokes of a small bell
    for (const [n, pitch] of [880, 660].entries()) {
      const stroke = sound.createOscillator(), loud = sound.createGain(), at = sound.currentTime + n * .3;
      stroke.frequency.value = pitch;
      loud.gain.setValueAtTime(0, at);
      loud.gain.linearRampToValueAtTime(.2, at + .02);
      loud.gain.exponentialRampToValueAtTime(.001, at + .7);
      stroke.connect(loud).connect(sound.destination);
      stroke.start(at); stroke.stop(at + .7);
    }
  }
  function look() {
    const may = sound?.state === 'running', isDue = may && 'rings' in (document.getElementById('callers')?.dataset ?? {});
    if (isDue && !rings) { strike(); rings = setInterval(strike, pause); }
    if (!isDue) { clearInterval(rings); rings = 0; }
    mute.hidden = !sound || may;
  }
  function turn(on) {
    bell.setAttribute('aria-checked', on);
    if (on) { sound = new AudioContext(); sound.onstatechange = look; } else { sound.onstatechange = null; sound.close(); sound = null; }
  }

  bell.addEventListener('click', () => {
    const on = !sound;
    try { on ? localStorage.setItem(name, 'on') : localStorage.removeItem(name); } catch { /* private window */ }
    turn(on);
    if (on) sound.resume().then(() => { look(); if (sound && !rings) strike(); }, look);  // so it will sound
    else look();
  });
  // a browser that lets no page sound by itself does after a press anywhere on it
  for (const press of ['click', 'keydown']) document.addEventListener(press, () => { if (sound?.state === 'suspended') sound.resume().catch(look); });
  document.addEventListener('htmx:after:swap', look);
  let wasOn = false;
  try { wasOn = localStorage.getItem(name) === 'on'; } catch { /* private window */ }
  bell.hidden = false;
  if (wasOn) { turn(true); look(); }
})();
