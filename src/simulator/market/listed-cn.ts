import { ExchType } from '../../../proto/enums.ts'
import type { ListingRow } from './listing-rows.ts'

// oxfmt-ignore
/** Shanghai. Prices and sizes are approximate. */
export const SH_ROWS: readonly ListingRow[] = [
  { code: '600519', name: '贵州茅台', kind: 'stock', lotSize: 100, price: 1500, growthPercent: 14, volatilityPercent: 1.4, volumeMillions: 3, ticksPerMinute: 18, listed: '2001-08-27', sharesBillions: 1.256, earnings: 68, bookValue: 190, dividend: 51, industry: '酿酒行业', concepts: ['白马股', '沪股通'], region: '贵州' },
  { code: '601318', name: '中国平安', kind: 'stock', lotSize: 100, price: 48, growthPercent: 3, volatilityPercent: 1.6, volumeMillions: 60, ticksPerMinute: 18, listed: '2007-03-01', sharesBillions: 18.2, earnings: 6.4, bookValue: 50, dividend: 2.5, industry: '保险', concepts: ['白马股', '沪股通'], region: '广东' },
  { code: '600036', name: '招商银行', kind: 'stock', lotSize: 100, price: 38, growthPercent: 6, volatilityPercent: 1.5, volumeMillions: 65, ticksPerMinute: 18, listed: '2002-04-09', sharesBillions: 25.2, earnings: 5.7, bookValue: 41, dividend: 2, industry: '银行', concepts: ['白马股', '沪股通'], region: '广东' },
  { code: '601398', name: '工商银行', kind: 'stock', lotSize: 100, price: 6, growthPercent: 2, volatilityPercent: 1, volumeMillions: 300, ticksPerMinute: 18, listed: '2006-10-27', sharesBillions: 356, earnings: 0.98, bookValue: 9.8, dividend: 0.31, industry: '银行', concepts: ['沪股通', '高股息'], region: '北京' },
  { code: '600900', name: '长江电力', kind: 'stock', lotSize: 100, price: 28, growthPercent: 6, volatilityPercent: 1, volumeMillions: 80, ticksPerMinute: 15, listed: '2003-11-18', sharesBillions: 24.5, earnings: 1.3, bookValue: 8.5, dividend: 0.82, industry: '电力行业', concepts: ['沪股通', '高股息'], region: '北京' },
  { code: '688981', name: '中芯国际', kind: 'stock', lotSize: 100, price: 90, growthPercent: 8, volatilityPercent: 2.4, volumeMillions: 45, ticksPerMinute: 20, listed: '2020-07-16', exchange: ExchType.CN_STIB, limitPercent: 20, sharesBillions: 7.9, earnings: 0.6, bookValue: 18.6, dividend: 0, industry: '半导体', concepts: ['沪股通', '科创板'], region: '上海' },
  { code: '510300', name: '沪深300ETF', kind: 'etf', lotSize: 100, price: 4, growthPercent: 3, volatilityPercent: 1.2, volumeMillions: 900, ticksPerMinute: 20, listed: '2012-05-28', sharesBillions: 90, bookValue: 4, dividend: 0.07, industry: '交易所买卖基金', concepts: [], region: '上海' },
  { code: '000001', name: '上证指数', kind: 'index', lotSize: 1, price: 3300, growthPercent: 2, volatilityPercent: 1.1, volumeMillions: 9000, ticksPerMinute: 20, listed: '2000-01-04' },
]

// oxfmt-ignore
/** Shenzhen. Prices and sizes are approximate. */
export const SZ_ROWS: readonly ListingRow[] = [
  { code: '000001', name: '平安银行', kind: 'stock', lotSize: 100, price: 11.5, growthPercent: 2, volatilityPercent: 1.6, volumeMillions: 110, ticksPerMinute: 18, listed: '2000-01-04', sharesBillions: 19.4, earnings: 2.3, bookValue: 22, dividend: 0.61, industry: '银行', concepts: ['深股通', '高股息'], region: '广东' },
  { code: '000858', name: '五粮液', kind: 'stock', lotSize: 100, price: 145, growthPercent: 10, volatilityPercent: 1.8, volumeMillions: 18, ticksPerMinute: 18, listed: '2000-01-04', sharesBillions: 3.88, earnings: 8.2, bookValue: 36, dividend: 4.7, industry: '酿酒行业', concepts: ['白马股', '深股通'], region: '四川' },
  { code: '000333', name: '美的集团', kind: 'stock', lotSize: 100, price: 72, growthPercent: 9, volatilityPercent: 1.6, volumeMillions: 28, ticksPerMinute: 18, listed: '2013-09-18', sharesBillions: 7.6, earnings: 5, bookValue: 29, dividend: 3.5, industry: '家电行业', concepts: ['白马股', '深股通'], region: '广东' },
  { code: '002594', name: '比亚迪', kind: 'stock', lotSize: 100, price: 260, growthPercent: 20, volatilityPercent: 2, volumeMillions: 14, ticksPerMinute: 20, listed: '2011-06-30', sharesBillions: 2.9, earnings: 12.4, bookValue: 48, dividend: 3.1, industry: '汽车整车', concepts: ['深股通', '新能源车'], region: '广东' },
  { code: '300750', name: '宁德时代', kind: 'stock', lotSize: 100, price: 250, growthPercent: 22, volatilityPercent: 2.2, volumeMillions: 22, ticksPerMinute: 20, listed: '2018-06-11', limitPercent: 20, sharesBillions: 4.4, earnings: 11.2, bookValue: 53, dividend: 4.6, industry: '电池', concepts: ['深股通', '新能源车'], region: '福建' },
  { code: '159915', name: '创业板ETF', kind: 'etf', lotSize: 100, price: 2.2, growthPercent: 4, volatilityPercent: 1.7, volumeMillions: 1100, ticksPerMinute: 20, listed: '2011-12-09', limitPercent: 20, sharesBillions: 36, bookValue: 2.2, dividend: 0, industry: '交易所买卖基金', concepts: [], region: '深圳' },
  { code: '399001', name: '深证成指', kind: 'index', lotSize: 1, price: 10_500, growthPercent: 3, volatilityPercent: 1.3, volumeMillions: 5000, ticksPerMinute: 20, listed: '2000-01-04' },
]
