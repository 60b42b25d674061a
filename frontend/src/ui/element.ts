/** The Element Plus parts in use, each with its own style sheet, so that nothing else of the library is shipped. */

import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/el-popper.css'
import 'element-plus/theme-chalk/el-popover.css'
import 'element-plus/theme-chalk/el-dropdown.css'
import 'element-plus/theme-chalk/el-dropdown-menu.css'
import 'element-plus/theme-chalk/el-dropdown-item.css'

export { ElConfigProvider, ElDropdown, ElDropdownItem, ElDropdownMenu, ElPopover } from 'element-plus'
