import type { Feature } from '@/app/feature'
import { listenerCommands } from './commands'

export default {
  pages: [
    {
      name: 'listener',
      path: '/listener',
      screen: () => import('./ListenerPage.vue'),
      right: 'inbound_items:read',
      menu: { icon: 'listen', order: 20 },
      tab: { of: 'listener', order: 10 },
    },
  ],
  commands: [
    {
      id: 'go.listener',
      keys: 'g l',
      title: 'shortcut.go.listener',
      group: 'go',
      right: 'inbound_items:read',
      to: { name: 'listener' },
    },
    ...listenerCommands,
  ],
} satisfies Feature
