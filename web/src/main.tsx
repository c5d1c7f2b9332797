// Starts the page.
import { render } from 'preact';
import { startKeyboard } from './keyboard';
import { listenToHistory } from './route';
import { start } from './search';
import { applyTheme } from './settings';
import { App } from './views/App';
import './styles/tokens.css';
import './styles/page.css';
import './styles/code.css';
import './styles/results.css';
import './styles/why.css';
import './styles/facets.css';
import './styles/waiting.css';
import './styles/front.css';
import './styles/file.css';
import './styles/status.css';
import './styles/narrow.css';

applyTheme();
listenToHistory();
startKeyboard();
start();
render(<App />, document.getElementById('page') as HTMLElement);
