/** What a person should look at: the bell, its tone, the dot on the page's icon. */

import type { Feature } from '@/app/feature'
import { useEntities } from '@/stores/entities'
import { useLive } from '@/stores/live'
import { markIcon } from './favicon'
import { useNotifications } from './store'
import { prepareSound } from './telling'

export default {
  pages: [
    {
      name: 'notifications',
      path: '/notifications',
      screen: () => import('./SettingsPage.vue'),
      right: 'session:use',
    },
  ],
  start: () => {
    const notifications = useNotifications()
    void notifications.load()
    return [
      useEntities().subscribe(notifications.onChanges),
      useLive().onReload(() => notifications.load()),
      prepareSound(),
      markIcon(() => notifications.unread),
    ]
  },
} satisfies Feature
