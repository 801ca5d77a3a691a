import { ExchType } from '../../../proto/enums.ts'
import type { ListingRow } from './listing-rows.ts'

const NYSE = ExchType.US_NYSE
const AMEX = ExchType.US_AMEX

// oxfmt-ignore
/** United States: large companies, funds and indexes. Prices and sizes are approximate. */
export const US_ROWS: readonly ListingRow[] = [
  { code: 'AAPL', name: '苹果', kind: 'stock', lotSize: 1, price: 230, growthPercent: 22, volatilityPercent: 1.5, volumeMillions: 52, ticksPerMinute: 60, listed: '2000-01-03', sharesBillions: 15.1, earnings: 6.4, bookValue: 4.4, dividend: 1, industry: '消费电子产品', concepts: ['明星科技股', '道琼斯成分股'], region: '加利福尼亚州' },
  { code: 'TSLA', name: '特斯拉', kind: 'stock', lotSize: 1, price: 340, growthPercent: 38, volatilityPercent: 2.8, volumeMillions: 95, ticksPerMinute: 60, listed: '2010-06-29', sharesBillions: 3.2, earnings: 2.2, bookValue: 22, dividend: 0, industry: '汽车制造商', concepts: ['明星科技股', '新能源车'], region: '得克萨斯州' },
  { code: 'MSFT', name: '微软', kind: 'stock', lotSize: 1, price: 430, growthPercent: 17, volatilityPercent: 1.3, volumeMillions: 22, ticksPerMinute: 40, listed: '2000-01-03', sharesBillions: 7.4, earnings: 12.4, bookValue: 41, dividend: 3.1, industry: '软件基础设施', concepts: ['明星科技股', '道琼斯成分股', '人工智能'], region: '华盛顿州' },
  { code: 'NVDA', name: '英伟达', kind: 'stock', lotSize: 1, price: 140, growthPercent: 30, volatilityPercent: 2.6, volumeMillions: 210, ticksPerMinute: 60, listed: '2000-01-03', sharesBillions: 24.5, earnings: 2.9, bookValue: 3.2, dividend: 0.04, industry: '半导体', concepts: ['明星科技股', '人工智能', '道琼斯成分股'], region: '加利福尼亚州' },
  { code: 'AMZN', name: '亚马逊', kind: 'stock', lotSize: 1, price: 210, growthPercent: 20, volatilityPercent: 1.8, volumeMillions: 40, ticksPerMinute: 40, listed: '2000-01-03', sharesBillions: 10.5, earnings: 5.5, bookValue: 27, dividend: 0, industry: '互联网零售', concepts: ['明星科技股', '道琼斯成分股', '云计算'], region: '华盛顿州' },
  { code: 'GOOGL', name: '谷歌-A', kind: 'stock', lotSize: 1, price: 180, growthPercent: 18, volatilityPercent: 1.6, volumeMillions: 28, ticksPerMinute: 40, listed: '2004-08-19', sharesBillions: 12.1, earnings: 8, bookValue: 26, dividend: 0.8, industry: '互联网内容与信息', concepts: ['明星科技股', '人工智能'], region: '加利福尼亚州' },
  { code: 'META', name: 'Meta Platforms', kind: 'stock', lotSize: 1, price: 600, growthPercent: 22, volatilityPercent: 2, volumeMillions: 14, ticksPerMinute: 40, listed: '2012-05-18', sharesBillions: 2.5, earnings: 23.9, bookValue: 72, dividend: 2, industry: '互联网内容与信息', concepts: ['明星科技股', '人工智能'], region: '加利福尼亚州' },
  { code: 'BABA', name: '阿里巴巴', kind: 'stock', lotSize: 1, price: 86, growthPercent: -3, volatilityPercent: 2.3, volumeMillions: 15, ticksPerMinute: 25, listed: '2014-09-19', exchange: NYSE, sharesBillions: 2.4, earnings: 5.2, bookValue: 55, dividend: 1, industry: '互联网零售', concepts: ['中概股', '云计算'], region: '中国' },
  { code: 'FUTU', name: '富途控股', kind: 'stock', lotSize: 1, price: 88, growthPercent: 18, volatilityPercent: 3.2, volumeMillions: 3, ticksPerMinute: 15, listed: '2019-03-08', sharesBillions: 0.139, earnings: 4.3, bookValue: 24, dividend: 2, industry: '资本市场', concepts: ['中概股'], region: '香港' },
  { code: 'JPM', name: '摩根大通', kind: 'stock', lotSize: 1, price: 240, growthPercent: 9, volatilityPercent: 1.4, volumeMillions: 9, ticksPerMinute: 25, listed: '2000-01-03', exchange: NYSE, sharesBillions: 2.8, earnings: 18, bookValue: 115, dividend: 4.8, industry: '银行', concepts: ['道琼斯成分股'], region: '纽约州' },
  { code: 'KO', name: '可口可乐', kind: 'stock', lotSize: 1, price: 63, growthPercent: 5, volatilityPercent: 0.9, volumeMillions: 14, ticksPerMinute: 20, listed: '2000-01-03', exchange: NYSE, sharesBillions: 4.3, earnings: 2.5, bookValue: 6.2, dividend: 1.94, industry: '非酒精饮料', concepts: ['道琼斯成分股', '高息股'], region: '佐治亚州' },
  { code: 'NIO', name: '蔚来', kind: 'stock', lotSize: 1, price: 4.6, growthPercent: -8, volatilityPercent: 3.2, volumeMillions: 50, ticksPerMinute: 20, listed: '2018-09-12', exchange: NYSE, sharesBillions: 2.1, earnings: -1.4, bookValue: 0.6, dividend: 0, industry: '汽车制造商', concepts: ['中概股', '新能源车'], region: '上海' },
  { code: 'SPY', name: '标普500指数ETF-SPDR', kind: 'etf', lotSize: 1, price: 590, growthPercent: 8, volatilityPercent: 0.9, volumeMillions: 62, ticksPerMinute: 60, listed: '2000-01-03', exchange: AMEX, sharesBillions: 1.06, bookValue: 590, dividend: 7.1, industry: '交易所买卖基金', concepts: [], region: '美国' },
  { code: 'QQQ', name: '纳指100ETF-Invesco', kind: 'etf', lotSize: 1, price: 510, growthPercent: 12, volatilityPercent: 1.2, volumeMillions: 38, ticksPerMinute: 50, listed: '2000-01-03', sharesBillions: 0.62, bookValue: 510, dividend: 2.9, industry: '交易所买卖基金', concepts: [], region: '美国' },
  { code: 'GLD', name: '黄金ETF-SPDR', kind: 'etf', lotSize: 1, price: 245, growthPercent: 8, volatilityPercent: 0.9, volumeMillions: 8, ticksPerMinute: 20, listed: '2004-11-18', exchange: AMEX, sharesBillions: 0.31, bookValue: 245, dividend: 0, industry: '交易所买卖基金', concepts: [], region: '美国' },
  { code: '.SPX', name: '标普500指数', kind: 'index', lotSize: 1, price: 5900, growthPercent: 8, volatilityPercent: 0.9, volumeMillions: 2400, ticksPerMinute: 30, listed: '2000-01-03', follows: ['SPY', 10] },
  { code: '.IXIC', name: '纳斯达克综合指数', kind: 'index', lotSize: 1, price: 19_000, growthPercent: 12, volatilityPercent: 1.2, volumeMillions: 1600, ticksPerMinute: 30, listed: '2000-01-03', follows: ['QQQ', 37] },
  { code: '.DJI', name: '道琼斯指数', kind: 'index', lotSize: 1, price: 43_000, growthPercent: 6, volatilityPercent: 0.8, volumeMillions: 500, ticksPerMinute: 30, listed: '2000-01-03' },
]
