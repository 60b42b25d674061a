"""What several test folders share: real servers, factories, doubles of the outside world."""
