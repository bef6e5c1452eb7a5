// Sets light or dark before the first paint. The language is the server's.
(function () {
  var kept = null;
  try { kept = localStorage.getItem('huiyin.theme'); } catch (e) { /* private window */ }
  var dark = kept ? kept === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.setAttribute('data-bs-theme', dark ? 'dark' : 'light');
})();
