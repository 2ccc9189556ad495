package peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The lines `keyword TAB topic` of a file. Topics have numbers in the order they are met in. */
final class Keywords {
  final List<String> texts = new ArrayList<>();
  final List<String> topics = new ArrayList<>();
  private final int[] topicOfKeyword;

  Keywords(String path) throws IOException {
    Map<String, Integer> known = new LinkedHashMap<>();
    List<String> lines = Files.readAllLines(Path.of(path));
    topicOfKeyword = new int[lines.size()];
    for (String line : lines) {
      int tab = line.indexOf('\t');
      if (tab < 0) throw new IOException(path + ": no tab in \"" + line + "\"");
      topicOfKeyword[texts.size()] =
          known.computeIfAbsent(line.substring(tab + 1), topic -> known.size());
      texts.add(line.substring(0, tab));
    }
    topics.addAll(known.keySet());
  }

  int topicOf(int keyword) {
    return topicOfKeyword[keyword];
  }
}
