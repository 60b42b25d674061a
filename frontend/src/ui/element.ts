/** The Element Plus part in use everywhere, with its own style sheet, so that nothing else of the library is shipped. */

import 'element-plus/theme-chalk/el-popper.css'
import 'element-plus/theme-chalk/el-popover.css'

export { ElPopover } from 'element-plus'
