import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'topics',
      path: '/topics/:id(\\d+)?',
      screen: () => import('./TopicsPage.vue'),
      right: 'topics:read',
      menu: { icon: 'trend', order: 30 },
    },
  ],
} satisfies Feature
