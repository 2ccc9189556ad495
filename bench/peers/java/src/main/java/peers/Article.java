package peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** An article's members; null for what it doesn't have. */
final class Article {
  static final JsonFactory JSON = new JsonFactory();

  String id;
  String title;
  String body;
  String language;
  String source;
  String publishedAt;

  static Article parse(byte[] json) throws IOException {
    Article article = new Article();
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        String text = token == JsonToken.VALUE_STRING ? article.read(name, parser) : null;
        if (text == null) parser.skipChildren();
      }
    }
    return article;
  }

  private String read(String name, JsonParser parser) throws IOException {
    return switch (name) {
      case "id" -> id = parser.getText();
      case "title" -> title = parser.getText();
      case "body" -> body = parser.getText();
      case "language" -> language = parser.getText();
      case "source" -> source = parser.getText();
      case "published_at" -> publishedAt = parser.getText();
      default -> null;
    };
  }
}
