"""WeChat official accounts: the `cgi-bin` and `datacube` API and the callback push."""
