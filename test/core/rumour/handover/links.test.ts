// In: addresses and accounts as people copy them. Out: proof that one place is known again under its several addresses, that two
// places stay two, and that whoever does not deal with accounts sees none.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLink, maskAccount, maskUrl, unifyAccount, unifyUrl } from '../../../../src/core/rumour/handover/links.ts'

test.each([
  ['https://weibo.com/1234567890/Nq1AbCdEf?refer_flag=1001', 'http://m.weibo.cn/status/Nq1AbCdEf'],
  ['https://www.weibo.com/1234567890/Nq1AbCdEf#comment', 'https://m.weibo.cn/detail/Nq1AbCdEf'],
  [
    'https://www.iesdouyin.com/share/video/7300000000000000001/?share_token=x',
    'https://www.douyin.com/video/7300000000000000001',
  ],
  [
    'http://mp.weixin.qq.com/s?__biz=MzA&mid=22&idx=1&sn=ab&chksm=ee&scene=21#wechat_redirect',
    'https://mp.weixin.qq.com/s?sn=ab&idx=1&mid=22&__biz=MzA',
  ],
  ['https://www.example.cn/a/?utm_source=wx&id=3', 'http://example.cn/a?id=3&spm=1.2'],
])('%s is %s', (one, other) => {
  expect(unifyUrl(one)).toBe(unifyUrl(other))
})

test.each([
  ['https://weibo.com/1/AAAAAAAAA', 'https://weibo.com/1/AAAAAAAAB'],
  ['https://mp.weixin.qq.com/s/abc', 'https://mp.weixin.qq.com/s/abd'],
  ['https://example.cn/a?id=3', 'https://example.cn/a?id=4'],
  ['https://example.cn/a', 'https://example.cn:8443/a'],
])('%s is not %s', (one, other) => {
  expect(unifyUrl(one)).not.toBe(unifyUrl(other))
})

test('what is unified once is unified', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
      const once = unifyUrl(url)
      expect(isLink(once)).toBe(true)
      expect(unifyUrl(once)).toBe(once)
    }),
  )
})

test('what is no address stays a text and is no link', () => {
  for (const text of ['', '朋友圈', 'javascript:alert(1)', 'ftp://a.cn/x']) {
    expect(unifyUrl(text)).toBe(text)
    expect(isLink(unifyUrl(text))).toBe(false)
  }
  expect(isLink('https://[')).toBe(false)
})

test('an account is known again with another spelling, and nobody reads it off its mask', () => {
  expect(unifyAccount(' @震讯小李Ａ ')).toBe(unifyAccount('震讯小李a'))
  expect(maskAccount('@震讯小李')).toBe('震＊＊＊')
  expect(maskAccount('')).toBe('')
  expect(maskUrl('https://weibo.com/u/1234567890')).toBe('weibo.com/＊＊＊')
  fc.assert(
    fc.property(fc.string(), (account) => {
      expect(Array.from(maskAccount(account)).length).toBeLessThanOrEqual(4)
    }),
  )
})
