import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'monitors',
      path: '/listener/monitors',
      screen: () => import('./MonitorsPage.vue'),
      right: 'monitors:read',
      tab: { of: 'listener', order: 20 },
    },
    {
      name: 'trial',
      path: '/listener/trial',
      screen: () => import('./TrialPage.vue'),
      right: 'monitors:read',
      tab: { of: 'listener', order: 30 },
    },
    {
      name: 'lists',
      path: '/listener/lists',
      screen: () => import('./ListsPage.vue'),
      right: 'inbound_items:read',
      tab: { of: 'listener', order: 50 },
    },
  ],
} satisfies Feature
