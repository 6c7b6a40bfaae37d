"""What pages write around a count: what it counts, whether it is one of sales, and how exact it is."""

from transforms.units import COUNTED, HOLDERS, MAY_HOLD, ROLLS

NO_COUNT = r"(?i)^(?:无|暂无.*|[-\u2014]*|n/?a|null|none|nan)$"
# "Fewer than 10" is no count; what people bookmark, look at or find in stock is no sale; nor is what a pack holds
# (10条装, 5双/包), nor the offer to ship single pieces (一件代发).
COUNTS_ELSE = (
    r"(?i)<|≤|少于|低于|小于|不足|不到|未满|以下|以内|加购|收藏|想|人气|看|浏览|关注|粉丝|库存|代发|装$|/\s*[包袋箱盒]"
    r"|榜|排[名行]|top|第\s*[0-9]|回头客|询盘|咨询|点击|访[客问]|预约|人均|限购|仅剩|混批"
)
NO_SALES = r"起[批订售购拍发]|[0-9件个条双只套包箱]\s*起|起$"  # the least order
AT_LEAST = r"[+余多]|以上"
MORE_THAN = r"^[^0-9]*(?:≥|>|超)"
ABOUT = r"约|左右|上下|大概|差不多"
NEARLY = r"(?:将近|接近|^近|[^最]近)\s*[0-9]"  # no more than it says
# Whoever pays, orders or reviews bought one piece at least: such a count is a lower end of the pieces.
COUNTED_INSTEAD = {
    "payers": r"人(?:已|数|付|买|购|收|下|成|支|拼)|[0-9万千百+余多]\s*(?:人|位|买家)",
    "orders": r"[0-9万千百亿+余多]\s*个?(?:笔|单(?:[^件品价个]|$)|订单)|订单数?\s*:?\s*[0-9]",
    "reviews": r"评价|评论|好评|晒单",
}
YUAN = "元"
YUAN_SHOWN = r"(?i)[元圆¥]|块钱|(?:成交|销售|交易|营业)额|金额|gmv"
UNIT_SHOWN = (  # of what stands behind the number
    r"^\s*[+余多]*\s*"
    rf"(公斤|公里|厘米|毫米|毫克|斤|克|吨|两|米|码|[{COUNTED}{HOLDERS}{MAY_HOLD}{ROLLS}笔单人位]|(?i:g|t|m|cm)(?:$|[^a-zA-Z]))"
)
