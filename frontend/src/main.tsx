import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { ApiError } from './lib/api/errors';
import { keptLanguage, speak } from './lib/i18n';

const place = document.getElementById('root');
if (!place) throw new Error('index.html has no #root');
// A page that the API refuses shows so; that is no fault of ours to report.
const root = createRoot(place, {
  onCaughtError: (error) => {
    if (!(error instanceof ApiError)) reportError(error);
  },
});
speak(keptLanguage()).then(() => root.render(<App />));
