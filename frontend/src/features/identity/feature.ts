import type { Feature } from '@/app/feature'

export default {
  pages: [
    { name: 'login', path: '/login', screen: () => import('./LoginPage.vue'), open: true },
    {
      name: 'profile',
      path: '/profile',
      screen: () => import('./ProfilePage.vue'),
      right: 'session:use',
    },
  ],
} satisfies Feature
