/** The words of this room's screens come with them, not with the first page. */

import { addChinese } from '@/app/i18n'
import texts from './locales/page/zh-CN.json'

addChinese(texts)
