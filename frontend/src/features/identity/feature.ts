import type { Feature } from '@/app/feature'

export default {
  pages: [{ name: 'login', path: '/login', screen: () => import('./LoginPage.vue'), open: true }],
} satisfies Feature
