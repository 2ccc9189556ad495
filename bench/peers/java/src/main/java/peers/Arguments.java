package peers;

/** What every peer is called with. */
record Arguments(String brokers, String input, String output, String group, String rules) {
  static Arguments of(String[] arguments) {
    if (arguments.length != 5) {
      System.err.println("peers: the arguments are BROKERS INPUT OUTPUT GROUP KEYWORDS.tsv");
      System.exit(64);
    }
    return new Arguments(
        arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]);
  }
}
