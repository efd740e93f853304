// React for Vite. Sidekick needs no setting.

import react from '@vitejs/plugin-react';

export default {
  plugins: [react()],
  // Only in this repository, where the package is a link to a folder with a React of its own, which would be a second one.
  resolve: { dedupe: ['react'] },
};
