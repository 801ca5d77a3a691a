/*
 * Tables in the form of `listing-table.ts`. Codes, names, exchanges and listing dates are public facts, as known in 2025.
 * Prices, volumes and numbers of shares have a plausible size only.
 *
 * Members of indexes go out of date twice a year. They are those of 2025, as far as they are in this list.
 */

/** Stocks of Shanghai. */
export const SH_STOCKS = `
600000|浦发银行|SPD Bank|c|100|1999-11-10|10|60|29.4|银行
600009|上海机场|Shanghai Airport|c|100|1998-02-18|34|10|2.49|机场
600016|民生银行|China Minsheng Bank|c|100|2000-12-19|4|200|43.8|银行
600018|上港集团|Shanghai Port|c|100|2006-10-26|6|35|23.3|航运港口
600019|宝钢股份|Baosteel|c|100|2000-12-12|7|60|22|钢铁行业
600028|中国石化|Sinopec|cf|100|2001-08-08|6.3|150|121|石油行业
600029|南方航空|China Southern Airlines|c|100|2003-07-25|6.3|50|18.1|航空
600030|中信证券|CITIC Securities|cf|100|2003-01-06|29|120|14.8|证券
600031|三一重工|Sany Heavy Industry|cf|100|2003-07-03|17|70|8.47|工程机械
600036|招商银行|China Merchants Bank|cf|100|2002-04-09|38|65|25.2|银行|concepts=白马股,沪股通|region=广东|growth=6|vol=1.5|ticks=18|eps=5.7|bps=41|dps=2
600048|保利发展|Poly Developments|c|100|2006-07-31|9.5|110|11.97|房地产开发
600050|中国联通|China Unicom|c|100|2002-10-09|5.3|250|31.8|通信服务
600089|特变电工|TBEA|c|100|1997-06-18|13|70|5.05|电网设备
600104|上汽集团|SAIC Motor|c|100|1997-11-25|18|40|11.6|汽车整车
600111|北方稀土|Northern Rare Earth|c|100|1997-09-24|22|80|3.6|小金属
600150|中国船舶|CSSC|c|100|1998-05-20|36|40|4.47|船舶制造
600276|恒瑞医药|Hengrui Pharma|cf|100|2000-10-18|46|35|6.38|化学制药
600309|万华化学|Wanhua Chemical|cf|100|2001-01-05|72|15|3.14|化学制品
600406|国电南瑞|NARI Technology|cf|100|2003-10-16|25|35|8.03|电网设备
600436|片仔癀|Pien Tze Huang|cf|100|2003-06-16|215|2.5|0.6|中药
600438|通威股份|Tongwei|c|100|2004-03-02|22|60|4.5|光伏设备
600519|贵州茅台|Kweichow Moutai|cf|100|2001-08-27|1500|3|1.256|酿酒行业|concepts=白马股,沪股通|region=贵州|growth=14|vol=1.4|ticks=18|eps=68|bps=190|dps=51
600547|山东黄金|Shandong Gold|c|100|2003-08-28|23|35|4.47|贵金属
600570|恒生电子|Hundsun|c|100|2003-12-16|28|30|1.89|软件开发
600585|海螺水泥|Conch Cement|c|100|2002-02-07|24|25|5.3|水泥建材
600588|用友网络|Yonyou|c|100|2001-05-18|11|50|3.42|软件开发
600690|海尔智家|Haier Smart Home|cf|100|1993-11-19|28|35|9.38|家电行业
600703|三安光电|Sanan Optoelectronics|c|100|1996-05-28|12|70|4.99|光学光电子
600809|山西汾酒|Shanxi Fenjiu|cf|100|1994-01-06|190|6|1.22|酿酒行业
600887|伊利股份|Yili|cf|100|1996-03-12|29|50|6.37|食品饮料
600893|航发动力|AECC Aviation Power|c|100|1996-04-08|40|20|2.67|航天航空
600900|长江电力|China Yangtze Power|cf|100|2003-11-18|28|80|24.5|电力行业|concepts=沪股通,高股息|region=北京|growth=6|vol=1|eps=1.3|bps=8.5|dps=0.82
600941|中国移动|China Mobile|c|100|2022-01-05|110|10|21.5|通信服务
601012|隆基绿能|LONGi|cf|100|2012-04-11|16|130|7.58|光伏设备
601088|中国神华|China Shenhua|cf|100|2007-10-09|40|30|19.9|煤炭行业
601111|中国国航|Air China|c|100|2006-08-18|7.7|50|17.4|航空
601127|赛力斯|Seres|cf|100|2016-06-15|130|30|1.51|汽车整车
601138|工业富联|Foxconn Industrial Internet|c|100|2018-06-08|22|110|19.9|消费电子
601166|兴业银行|Industrial Bank|cf|100|2007-02-05|19|70|20.8|银行
601169|北京银行|Bank of Beijing|c|100|2007-09-19|6|100|21.1|银行
601186|中国铁建|China Railway Construction|c|100|2008-03-10|9|60|13.6|工程建设
601211|国泰海通|Guotai Haitong|c|100|2015-06-26|18|60|17.6|证券
601225|陕西煤业|Shaanxi Coal|cf|100|2014-01-28|23|35|9.7|煤炭行业
601288|农业银行|Agricultural Bank of China|cf|100|2010-07-15|5.1|350|350|银行
601318|中国平安|Ping An Insurance|cf|100|2007-03-01|48|60|18.2|保险|concepts=白马股,沪股通|region=广东|growth=3|vol=1.6|ticks=18|eps=6.4|bps=50|dps=2.5
601328|交通银行|Bank of Communications|cf|100|2007-05-15|7.4|130|74|银行
601390|中国中铁|China Railway|c|100|2007-12-03|6.3|110|24.7|工程建设
601398|工商银行|ICBC|cf|100|2006-10-27|6|300|356|银行|concepts=沪股通,高股息|region=北京|growth=2|vol=1|ticks=18|eps=0.98|bps=9.8|dps=0.31
601601|中国太保|China Pacific Insurance|c|100|2007-12-25|34|35|9.62|保险
601628|中国人寿|China Life|cf|100|2007-01-09|41|18|28.3|保险
601633|长城汽车|Great Wall Motor|c|100|2011-09-28|26|20|8.6|汽车整车
601668|中国建筑|China State Construction|cf|100|2009-07-29|6|200|41.3|工程建设
601688|华泰证券|Huatai Securities|c|100|2010-02-26|18|60|9.03|证券
601728|中国电信|China Telecom|c|100|2021-08-20|7|150|91.5|通信服务
601766|中国中车|CRRC|c|100|2008-08-18|8|130|28.7|交运设备
601816|京沪高铁|Beijing-Shanghai High Speed Railway|c|100|2020-01-16|6|100|49.1|铁路公路
601857|中国石油|PetroChina|cf|100|2007-11-05|8.7|150|183|石油行业
601888|中国中免|China Tourism Group Duty Free|cf|100|2009-10-15|68|20|2.07|旅游酒店
601899|紫金矿业|Zijin Mining|cf|100|2008-04-25|17|160|26.6|有色金属
601919|中远海控|COSCO Shipping|c|100|2007-06-26|15|100|15.9|航运港口
601939|建设银行|China Construction Bank|c|100|2007-09-25|8.4|90|250|银行
601985|中国核电|China National Nuclear Power|c|100|2015-06-10|10|90|20.6|电力行业
601988|中国银行|Bank of China|cf|100|2006-07-05|5.2|220|294|银行
603259|药明康德|WuXi AppTec|cf|100|2018-05-08|60|40|2.89|医疗服务
603288|海天味业|Haitian Flavouring|cf|100|2014-02-11|45|12|5.85|食品饮料
603501|豪威集团|OmniVision Integrated Circuits|cf|100|2017-05-04|105|15|1.2|半导体
603986|兆易创新|GigaDevice|cf|100|2016-08-18|100|20|0.66|半导体
688008|澜起科技|Montage Technology|c|100|2019-07-22|68|20|1.14|半导体
688012|中微公司|AMEC|c|100|2019-07-22|190|9|0.62|半导体
688036|传音控股|Transsion|c|100|2019-09-30|90|9|1.14|消费电子
688041|海光信息|Hygon|cf|100|2022-08-12|130|25|2.32|半导体
688111|金山办公|Kingsoft Office|cf|100|2019-11-18|290|6|0.46|软件开发
688256|寒武纪|Cambricon|cf|100|2020-07-20|550|9|0.42|半导体
688271|联影医疗|United Imaging|c|100|2022-08-22|125|4|0.82|医疗器械
688981|中芯国际|SMIC|cf|100|2020-07-16|90|45|7.9|半导体|concepts=沪股通,科创板|region=上海|growth=8|vol=2.4|ticks=20|eps=0.6|bps=18.6
`

/** Exchange-traded funds of Shanghai. */
export const SH_FUNDS = `
510050|上证50ETF|SSE 50 ETF|e|100|2005-02-23|2.7|900|45|交易所买卖基金|follows=000016*0.001
510300|沪深300ETF|CSI 300 ETF|e|100|2012-05-28|4|900|90|交易所买卖基金|region=上海|growth=3|vol=1.2|ticks=20|dps=0.07
510500|中证500ETF|CSI 500 ETF|e|100|2013-03-15|5.8|200|18|交易所买卖基金|follows=000905*0.001
512480|半导体ETF|Semiconductor ETF|e|100|2019-06-12|1|900|20|交易所买卖基金
512880|证券ETF|Securities ETF|e|100|2016-08-08|1.1|900|30|交易所买卖基金
513050|中概互联网ETF|China Internet ETF|e|100|2017-01-18|1.2|900|30|交易所买卖基金
513100|纳指ETF|Nasdaq-100 ETF|e|100|2013-05-15|1.6|250|10|交易所买卖基金
513180|恒生科技指数ETF|Hang Seng TECH ETF|e|100|2021-05-25|0.6|1500|50|交易所买卖基金
518880|黄金ETF|Gold ETF|e|100|2013-07-29|6|250|5|交易所买卖基金|growth=8|vol=0.9
588000|科创50ETF|STAR 50 ETF|ek|100|2020-11-16|1|2500|70|交易所买卖基金|follows=000688*0.001
`

/** Indexes of Shanghai. */
export const SH_INDEXES = `
000001|上证指数|SSE Composite Index|i|1||3300|9000|||growth=2|vol=1.1|ticks=20
000016|上证50|SSE 50 Index|i|1|2004-01-02|2700|3000|||growth=2|vol=1.2
000300|沪深300|CSI 300 Index|i|1|2005-04-08|3950|12000|||growth=3|vol=1.2
000688|科创50|STAR 50 Index|i|1|2020-07-23|1000|800|||growth=4|vol=1.9
000852|中证1000|CSI 1000 Index|i|1|2014-10-17|6000|15000|||growth=3|vol=1.6
000905|中证500|CSI 500 Index|i|1|2007-01-15|5800|12000|||growth=3|vol=1.5
`
