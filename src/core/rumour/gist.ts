// In: a message's plain spelling. Out: what is left of it when everything is taken away that may be said in another way or not at all.
// Must not hold a name, a place or a thing: only words that every rumour may use, whatever it is about.

/** Instead of the words, what stands for all of them; the longer word first, since the first that fits is taken. */
const WORDS: readonly (readonly [says: string, words: string])[] = [
  ['别', '千万不要 千万别 千万勿 切勿 请勿 不要 不能 不可 不许 禁止 勿 莫'],
  ['死', '不幸遇难 遇难 丧生 身亡 罹难 死亡 丧命 死掉 死了 死人 人没了'],
  ['塌', '倒塌 坍塌 垮塌 震塌 塌掉 垮掉 垮了 倒了'],
  ['裂', '裂缝 开裂 裂开 震裂 裂了 裂了缝'],
  ['埋', '被埋 掩埋 没出来 没有出来 出不来 没救出来 被困 困住'],
  ['撤', '撤离 撤走 撤出 转移 疏散 逃离'],
  ['余震', '余震'],
  ['主震', '主震'],
  ['前震', '前震'],
  ['震局', '地震局 震局'],
  ['', '强烈地震 大地震 强地震 地震 强震 大震'],
  ['房', '楼房 大楼 房子 房屋 楼'],
  ['录像', '视频 录像 影像 画面'],
  ['孩', '孩子 小孩 娃娃 娃'],
  ['抢', '抢购 抢光 抢空 抢完'],
  ['漏', '泄漏 泄露 漏出 漏进'],
  ['断', '断了 断裂 断掉'],
  ['全', '全部 所有 全体 统统 一律'],
  ['多', '好多 很多 许多 大量 不少 大批 成千上万 成群 无数 大片'],
  ['危', '危险 有险 险情'],
  ['封', '封锁 封掉 封了'],
  ['高处', '高处 高地 山上'],
  ['城', '城市 县城'],
  ['怪', '奇怪 怪异 诡异 怪'],
  // Kept whole, so that none of its characters is taken for a word that may fall.
  ['人民', '人民'],
  ['实', '实际 真实 其实 真正 实为'],
  ['假', '谣言 辟谣 造谣 谣传 不实 虚假 假的 假消息 不信谣 不传谣 不属实 不信 不传 传谣 信谣 系 纯属 属于 均为 属'],
  // What says who tells it, that it is told, and to whom it should be told.
  [
    '',
    '刚得到消息 刚接到消息 刚收到消息 得到消息 接到消息 收到消息 接到通知 收到通知 内部消息 可靠消息 最新消息 重要消息 紧急通知 紧急 重要 特大 消息 信息 通知 提醒 据说 据悉 听说 网传 传言 有人说 都说 说是 转自 转发 转告 转给 转达 转 发 告诉 告知 扩散 宣传 相互 互相 互转 不管真假 是真是假 真假 ' +
      '家里人 家人们 家人 亲朋好友 亲友 亲人 亲们 好友 朋友们 朋友 大家 各位 诸位 同志们 群众 市民 居民 广大 身边 更多 群里 看到 出去 起来 一下 务必 一定 必须 请 望 千万 万 记得 注意 小心 提前 做好准备 准备 赶紧 赶快 尽快 快点 抓紧 马上 立即 立刻 火速 迅速 速速 速 快 安心',
  ],
  // What says when, as far as the facts do not.
  [
    '',
    '今天晚上 今天夜里 今天 今晚上 今晚 今夜 今日 今早 明天 明日 明晚 明早 后天 昨天 昨晚 昨夜 当晚 凌晨 清晨 早晨 早上 上午 中午 下午 傍晚 晚上 夜里 夜间 半夜 深夜 午夜 刚刚 刚才 方才 刚 现在 目前 已经 已 正在 突然 忽然 即将 将要 将会 将 未来 左右 右左 大约 大概 之前 以前 前 之后 以后 期间 以内 之内 之间 内',
  ],
  ['', '是不是 是否 有没有 怕不是 要不要 会不会 不得不 不知道 不光 不仅 不但 没想到 差不多 不停 不断'],
  ['', '一带 地段 附近 周边 地区 区域 境内 等地 当地 等 多地'],
  [
    '',
    '出现 产生 发生 发现 发布 公布 预测 预报 显示 表示 认为 造成 导致 引起 引发 诱发 致使 弄出来 搞出来 致 上班 工作 当班 打电话 打完 打来 来电 电话 可能 大概 恐怕 怕是 怕要 应该 肯定 必将 会 要 可以 能够 能 需要 根本 直接 真的 确实 居然 竟然 这次 本次 此次 这边 那边 这里 那里 这个 那个 这样 那样 这 那 有点 非常 特别 十分 得厉害 厉害 太 很 再次 再 一次 又 还 也 都 就 才 便 却 但是 但 而且 并且 并 所以 因此 因为 由于 受到 影响 鉴于 因 受 如果 只要 只有 只 和 与 及 以及 跟 同 从 向 往 于 由 把 被 给 让 叫 使 对 为 以 可 随着 随著 随 ' +
      '一模一样 一样 同样 样 震级 级 我们 你们 他们 咱们 我 你 他 她 它 咱 人们 有人 的人 的 了 着 吧 啊 呀 哦 呢 吗 嘛 哈 啦 喔 哎 唉 哇 呗 嗯 是 在 有 个 说 讲 称 到 去 来 好 们 搞 弄 成 用 拿 整个 整座 整栋 整幢 整条 整片 整',
  ],
]

/** What text recognition takes for each other; the first stands for all of a group. */
const LOOKALIKES =
  '大犬太 日曰 人入八 未末 土士 己已巳 千干于 天夭 白自 味昧 话活 觉竟 水永 木术本 刀力 鸟乌 今令 问间闷 晴睛 拔拨 准淮 处外 没设 住往 戈弋 候侯 特持 底低 眼跟 贷货 崩蹦 坝坎 夫父 像象相 带代 坐座 账帐 度渡 园圆 近进 分份 需须 做作 逃桃 抢枪 喷愤 慌谎 堤提 温湿 渴喝'
const SEEN = new Map(
  LOOKALIKES.split(' ').flatMap((group) => Array.from(group).map((one): [string, string] => [one, group.slice(0, 1)])),
)
const MISREAD = new RegExp(`[${[...SEEN.keys()].join('')}]`, 'gu')
const readAlike = (text: string): string => text.replaceAll(MISREAD, (one) => SEEN.get(one) ?? one)

const SAYS = new Map<string, string>()
for (const [says, words] of WORDS) {
  for (const word of words.split(' ').map(readAlike)) if (!SAYS.has(word)) SAYS.set(word, readAlike(says))
}
/** Length of the longest word by its first character. */
const REACH = new Map<string, number>()
for (const word of SAYS.keys()) REACH.set(word.charAt(0), Math.max(REACH.get(word.charAt(0)) ?? 0, word.length))

/** Figures with what they count, and days of the week: the facts compare them. */
const FIGURES =
  /(?:周|星期|礼拜)[一二三四五六日天末]|\d+(?:[.:-]\d+)*(?:级|时|分|日|月|年|天|周|星期|礼拜|小时|个|余|多)/gu

const ONE = /一(?=[座栋幢条辆头只间所处户层块具架艘台个次场])/gu

/** Between two clauses, and where the text begins and ends. */
export const CLAUSE_END = '，'

/** A plain spelling without what all messages have; clauses stand apart. At most as long as it was. */
export function takeGist(plain: string): string {
  const text = readAlike(
    plain
      .replaceAll(FIGURES, '')
      .replaceAll(ONE, '')
      .replaceAll(/[^\p{L}\p{N}]+/gu, CLAUSE_END),
  )
  // Joined at the end: what is added to bit by bit is kept bit by bit.
  const gist: string[] = []
  for (let at = 0; at < text.length;) {
    let length = Math.min(REACH.get(text.charAt(at)) ?? 0, text.length - at)
    while (length > 0 && !SAYS.has(text.slice(at, at + length))) length -= 1
    gist.push(length === 0 ? text.slice(at, at + 1) : (SAYS.get(text.slice(at, at + length)) ?? ''))
    at += Math.max(1, length)
  }
  return gist.join('')
}
