// Sets theme and language before anything is painted. A file of its own: the content security policy allows no inline script.
(() => {
  const kept = localStorage.getItem('alforis.theme');
  const dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  const language =
    localStorage.getItem('alforis.language') ?? localStorage.getItem('alforis.language.profile');
  document.documentElement.lang = language === 'en' ? 'en' : 'fr';
})();
