import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'accounts',
      path: '/accounts',
      screen: () => import('./AccountsPage.vue'),
      right: 'accounts:read',
      menu: { icon: 'link', order: 40 },
      home: { right: 'accounts:manage', order: 10 },
      tab: { of: 'accounts', order: 10 },
    },
  ],
  commands: [
    {
      id: 'go.accounts',
      keys: 'g c',
      title: 'shortcut.go.accounts',
      group: 'go',
      right: 'accounts:read',
      to: { name: 'accounts' },
    },
  ],
} satisfies Feature
