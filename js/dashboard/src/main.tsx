// Starts the page.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './ui/tokens.css';
import './ui/base.css';
import { App } from './app/app.js';
import { resume } from './session/session.js';
import { applyTheme } from './ui/theme.js';

applyTheme();
void resume();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
