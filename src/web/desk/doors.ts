// In: somebody's roles. Out: the signs that lead to the pages they may open, in the order of need.
import { mayDo, type DeskAct, type Role } from '../../core/people/roles.ts'

export interface DoorSign {
  to: string
  name: string
}

const DOORS: readonly (DoorSign & { act: DeskAct })[] = [
  { to: '/desk', name: '值班台', act: 'see-board' },
  { to: '/desk/rumours', name: '传言', act: 'see-rumours' },
  { to: '/desk/facts', name: '事实单', act: 'see-rumours' },
  { to: '/desk/forecasts', name: '官方预报', act: 'keep-forecasts' },
  { to: '/desk/agencies', name: '单位接口', act: 'see-agencies' },
  { to: '/desk/drafts', name: '稿件', act: 'write-draft' },
  { to: '/desk/roster', name: '值班表', act: 'keep-roster' },
  { to: '/desk/cards', name: '人工发布', act: 'settle-delivery' },
  { to: '/desk/channels', name: '渠道', act: 'see-outlets' },
  { to: '/desk/templates', name: '模板', act: 'edit-templates' },
  { to: '/desk/drills', name: '演练', act: 'run-drill' },
  { to: '/desk/people', name: '人员', act: 'manage-people' },
  { to: '/desk/dossiers', name: '卷宗', act: 'read-journal' },
  { to: '/desk/journal', name: '留痕', act: 'read-journal' },
  { to: '/desk/account', name: '我的账号', act: 'own-account' },
]

export function listDoors(roles: readonly Role[]): DoorSign[] {
  return DOORS.filter(({ act }) => mayDo(roles, act)).map(({ to, name }) => ({ to, name }))
}
