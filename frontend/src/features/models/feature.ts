import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'models',
      path: '/listener/models',
      screen: () => import('./ModelsPage.vue'),
      right: 'models:read',
      tab: { of: 'listener', order: 60 },
    },
  ],
} satisfies Feature
