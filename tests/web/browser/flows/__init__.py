"""What people do in a studio, each thing once by mouse and once by keyboard alone."""
