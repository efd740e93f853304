// How the page is built: into the folder that the server embeds, the same bytes from the same sources on every machine.

import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const SAYS = 'Built from js/dashboard by `npm run build` there: change the sources, not this file.';

export default defineConfig({
  base: './',
  plugins: [react(), sayWhatItIs()],
  build: {
    outDir: '../../server/assets/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // An inlined file would be a data: address, which the page's policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    license: { fileName: 'LICENSES.md' },
    rolldownOptions: {
      output: {
        // The engine's bytes depend on the compiler, so its name must not: else every file that names it would, too.
        assetFileNames: ({ names }) => (names.some((name) => name.endsWith('.wasm')) ? 'engine.wasm' : 'assets/[name]-[hash][extname]'),
      },
    },
  },
  optimizeDeps: { exclude: ['@sidekick-flags/browser'] },
  server: {
    proxy: { '/api': serverBehind(), '/stream': serverBehind() },
  },
});

/** The server behind `npm run dev`. */
function serverBehind(): string {
  return process.env['SIDEKICK_URL'] ?? 'http://localhost:3000';
}

function sayWhatItIs(): Plugin {
  return {
    name: 'say-what-it-is',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') file.code = `// ${SAYS}\n${file.code}`;
        else if (file.fileName.endsWith('.css')) file.source = `/* ${SAYS} */\n${String(file.source)}`;
      }
    },
  };
}
