"""WeChat official accounts 微信公众号: callback, customer-service messages, users, articles, figures."""

from app.adapters.wechat.adapter import WeChatAdapter

__all__ = ["WeChatAdapter"]
