/** Dialog and drawer, apart from the rest so that they load only when a screen needs one. */

import 'element-plus/theme-chalk/el-overlay.css'
import 'element-plus/theme-chalk/el-dialog.css'
import 'element-plus/theme-chalk/el-drawer.css'

export { ElDialog, ElDrawer } from 'element-plus'
