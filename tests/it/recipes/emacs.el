(defun credential (app)
  "The session cookie of APP, or an error with credential's own words."
  (with-temp-buffer
    (let ((code (call-process "credential" nil t nil "get" app)))
      (unless (eq code 0) (user-error "%s" (string-trim (buffer-string))))
      (car (last (split-string (buffer-string) "\n" t))))))

(define-advice url-retrieve-internal (:around (retrieve url &rest rest) without-cookie)
  "Leave the cookie behind where a redirect leads to another host."
  (let* ((from (bound-and-true-p url-http-target-url))
         (to (if (stringp url) (url-generic-parse-url url) url))
         (stays (or (null from) (equal (url-host from) (url-host to))))
         (is-cookie (lambda (header) (string= (downcase (car header)) "cookie")))
         (url-request-extra-headers
          (if stays url-request-extra-headers (seq-remove is-cookie url-request-extra-headers))))
    (apply retrieve url rest)))

(setq restclient-inhibit-cookies t verb-inhibit-cookies t)
