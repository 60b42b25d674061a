import { fileURLToPath, URL } from 'node:url'

import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// @ts-expect-error -- a build script without types
import { packed } from './scripts/packed.mjs'

const backend = process.env['LINGKE_BACKEND'] ?? 'http://127.0.0.1:5000'

/**
 * The build goes where Flask serves static files. `build.manifest` is what `app/templates/index.html`
 * is rendered from, so file names may carry a content hash and be cached for ever.
 */
export default defineConfig({
  base: '/static/dist/',
  plugins: [vue(), packed() as never],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: fileURLToPath(new URL('../app/static/dist', import.meta.url)),
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: fileURLToPath(new URL('./src/main.ts', import.meta.url)) },
  },
  server: {
    port: 5173,
    proxy: {
      '/api': { target: backend, changeOrigin: false },
      '/socket.io': { target: backend, ws: true, changeOrigin: false },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
    // A hang ends; a machine that others keep busy is no hang.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
