import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { keptLanguage, speak } from './lib/i18n';

const place = document.getElementById('root');
if (!place) throw new Error('index.html has no #root');
const root = createRoot(place);
speak(keptLanguage()).then(() => root.render(<App />));
