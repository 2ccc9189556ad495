package peers;

import java.io.IOException;

/** Kafka's consumer and producer around the automaton. */
public final class PlainJava {
  public static void main(String[] args) throws IOException {
    Arguments arguments = Arguments.of(args);
    KeywordAutomaton automaton = new KeywordAutomaton(new Keywords(arguments.rules()));
    Clients.run(arguments, new AutomatonTagger(automaton));
  }

  private PlainJava() {}
}
