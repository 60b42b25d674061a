/** Start: look, language, session, router, page. */

import { createPinia } from 'pinia'
import { createApp } from 'vue'

import './styles/index.css'
import App from './app/App.vue'
import { readBoot } from './app/boot'
import { i18n, useLocale } from './app/i18n'
import { leave } from './app/leave'
import './app/preferences'
import { router, sendForScreen } from './app/router'
import { onSignedOut } from './api/http'
import { useSession } from './stores/session'
import { tellFullWords } from './ui/fullWords'

async function start(): Promise<void> {
  sendForScreen()
  const boot = readBoot()
  const app = createApp(App)
  app.use(createPinia())
  app.use(i18n)
  await useLocale(boot.locale)
  const session = useSession()
  onSignedOut(() => {
    if (session.view === null) return
    leave(
      router.resolve({ name: 'login', query: { next: router.currentRoute.value.fullPath, ended: '1' } }).href,
    )
  })
  app.use(router)
  app.mount('#app')
  tellFullWords(document)
}

void start()
